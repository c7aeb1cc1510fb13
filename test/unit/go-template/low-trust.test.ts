import { describe, expect, it } from "@jest/globals";
import { agentFunctions } from "../../../src/agent/functions/index.ts";
import { templateProblem } from "../../../src/auth/ldap/templates.ts";
import { nameFunctions } from "../../../src/go-template/name-functions.ts";
import { parseNameTemplate } from "../../../src/go-template/name-template.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { processorTime } from "../../support/processor-time.ts";
import { sourcesOf } from "../agent/functions/world.ts";

/** Templates of people whom nobody trusts with more than a role: names of users, and filters of a directory. */

const world = { clock: { now: () => 0 }, random: systemRandom };
const nameProblem = (source: string): string => {
  try {
    parseNameTemplate(source, world, { samples: [{}], safe: (name) => name });
    return "";
  } catch (cause) {
    return String(cause);
  }
};

const agents = Object.keys(agentFunctions(sourcesOf({}), { denylist: [], libraries: {} }));

describe("a function of the agent", () => {
  it("is one of many", () => {
    expect(agents).toEqual(expect.arrayContaining(["secret", "file", "env", "writeToFile", "executeTemplate"]));
    expect(agents.length).toBeGreaterThan(200);
  });

  it("is unknown to a username template", () => {
    const own = Object.keys(nameFunctions(world));
    const reached = agents.filter((name) => !nameProblem(`{{ ${name} }}`).includes(`function "${name}" not defined`));

    expect(reached.filter((name) => !own.includes(name))).toEqual([]);
  });

  it("is unknown to a filter of LDAP", () => {
    const reached = agents.filter((name) => !templateProblem(`{{ ${name} }}`)?.includes(`"${name}" not defined`));

    expect(reached).toEqual([]);
  });
});

it("counts each verb of a format as a step, whatever it prints", () => {
  expect(nameProblem(`{{ printf "${"%%".repeat(1990)}" }}`)).toBe("");
  expect(nameProblem(`{{ $f := "${"%%".repeat(1990)}" }}{{ printf $f }}{{ printf $f }}`)).toContain("2000 steps");
});

describe("the costliest username templates", () => {
  it.each([
    ["verbs", `{{ $f := \`${"%%".repeat(1900)}\` }}{{ range 900 }}{{ $x := printf $f }}{{ end }}a`],
    ["complaints", `{{ $f := \`${"%z".repeat(300)}\` }}{{ range 900 }}{{ $x := printf $f }}{{ end }}a`],
    ["quotes", `{{ $f := \`${"é".repeat(400)}\` }}{{ range 600 }}{{ $x := printf "%+q" $f }}{{ end }}a`],
    ["hashes", '{{ $f := printf "%4000d" 1 }}{{ range 600 }}{{ $x := sha256 $f }}{{ end }}a'],
    ["escapes", `{{ $f := \`${"<".repeat(600)}\` }}{{ range 600 }}{{ $x := html $f }}{{ end }}a`],
    ["floats", '{{ range 600 }}{{ $x := printf "%.3000f" 1e-300 }}{{ end }}a'],
    ["replacements", `{{ $f := \`${"a".repeat(2000)}\` }}{{ range 600 }}{{ $x := replace "a" "bb" $f }}{{ end }}a`],
  ])("of %s are done within a second", async (_, source) => {
    expect(await processorTime(1000, () => nameProblem(source))).toBeLessThan(1000);
  });
});
