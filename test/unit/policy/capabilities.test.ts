import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { type Acl, capabilitiesOf, compileAcl, decide, globMatch, parsePolicy } from "../../../src/policy/index.ts";
import { aclOf, request, rule } from "./acl-kit.ts";

describe("capabilities on a path", () => {
  it.each([
    ["are deny where no rule matches", rule("a", "read"), "b", ["deny"]],
    ["are deny where a rule denies", rule("a", "deny"), "a", ["deny"]],
    ["are deny where a rule grants nothing", rule("a", "") + rule("*", "read"), "a", ["deny"]],
    [
      "are sorted",
      rule("a", "update sudo read patch list delete create"),
      "a",
      ["create", "delete", "list", "patch", "read", "sudo", "update"],
    ],
    ["tolerate a slash at the end", rule("a", "list read"), "a/", ["list", "read"]],
    ["do not tolerate a missing one", rule("a/", "list"), "a", ["deny"]],
    [
      "of a folder under a deny are deny",
      rule("kv/*", "list read") + rule("kv/private/*", "deny"),
      "kv/private/",
      ["deny"],
    ],
    [
      "of a secret next to that folder are its own",
      rule("kv/*", "list read") + rule("kv/private/*", "deny"),
      "kv/private",
      ["list", "read"],
    ],
    [
      "ignore limits on parameters and wrapping",
      rule("a", "create", 'required_parameters = ["x"] min_wrapping_ttl = 60'),
      "a",
      ["create"],
    ],
    ["do not mind a leading slash", rule("a", "read"), "/a", ["read"]],
  ])("%s", (_, text, path, names) => {
    expect(capabilitiesOf(aclOf(text), path)).toEqual(names);
  });

  it("add up over policies", () => {
    expect(capabilitiesOf(aclOf(rule("a", "read"), rule("a", "list"), ""), "a")).toEqual(["list", "read"]);
  });
});

describe("the cost of a decision", () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const aclOfSize = (size: number): Acl => {
    const policies = Array.from({ length: size / 100 }, (_, p) =>
      Array.from({ length: 25 }, (_, i) => {
        const app = `kv/data/app-${p}-${i}`;
        return (
          rule(`${app}/a`, "read") +
          rule(`${app}/*`, "read") +
          rule(`${app}/+/b`, "read") +
          rule(`kv/+/app-${p}-${i}/c*`, "read")
        );
      }).join(""),
    );
    return compileAcl(policies.map((text, index) => parsePolicy(`p${index}`, text)));
  };
  const stepsOf = (acl: Acl): number => {
    const steps = jest.spyOn(Map.prototype, "get");
    for (const path of ["kv/data/app-0-7/a", "kv/data/app-0-7/x/b", "kv/metadata/app-0-7/cd", "kv/none", "x"]) {
      decide(acl, request(`read ${path}`));
      decide(acl, request(`list ${path}`));
    }
    const count = steps.mock.calls.length;
    steps.mockRestore();
    return count;
  };

  it("hardly grows with the number of rules", () => {
    const [few, many] = [aclOfSize(100), aclOfSize(10_000)];

    expect([few.size, many.size]).toEqual([100, 10_000]);
    expect(stepsOf(many)).toBeLessThan(stepsOf(few) * 2);
  });

  it("stays bounded for a path of very many segments", () => {
    const acl = aclOf(rule("+/".repeat(2000), "read") + rule("*", "list"));

    expect(decide(acl, request(`read ${"a/".repeat(100_000)}`)).reason).toBe("capability_missing");
  });
});

describe("globs", () => {
  it.each([
    ["x*", "xyz", true],
    ["*z", "xyz", true],
    ["*y*", "xyz", true],
    ["x*z", "xyz", false],
    ["x*z", "x*z", true],
    ["*", "xyz", false],
    ["*", "*", true],
    ["**", "", true],
    ["", "", true],
    ["xyz", "XYZ", false],
    [`*${"a*".repeat(60)}b*`, "a".repeat(60), false],
  ])("%j on %j: %s", (pattern, text, matches) => {
    expect(globMatch(pattern, text)).toBe(matches);
  });
});
