import { readFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { FUNCTIONS } from "../../src/contract/routes.ts";

const text = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

/** Names of alarms as `lib/alarms.ts` writes them: keys of its watches, and one per function where it says so. */
const alarmNames = async (): Promise<readonly string[]> => {
  const source = await text("lib/alarms.ts");
  const fixed = [...source.matchAll(/^ {4}"([a-z0-9-]+)": \{/gm)].map(([, name]) => name ?? "");
  const perFunction = [...source.matchAll(/`\$\{name\}-([a-z]+)`,/g)].flatMap(([, what]) =>
    FUNCTIONS.map((name) => `${name}-${what}`),
  );
  return [...fixed, ...perFunction];
};

const headings = async (): Promise<readonly string[]> =>
  [...(await text("docs/runbook.md")).matchAll(/^## (.*)$/gm)].flatMap(([, heading]) =>
    (heading ?? "").split(",").map((name) => name.trim()),
  );

describe("the runbook", () => {
  it("has a heading for every alarm, and for nothing else", async () => {
    const names = await alarmNames();

    expect(names.length).toBeGreaterThan(20);
    expect([...(await headings())].sort()).toEqual([...names].sort());
  });
});
