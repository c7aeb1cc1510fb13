import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { compileAcl } from "../../../src/policy/compile.ts";
import type { Policy } from "../../../src/policy/policy.ts";
import { reaches, resultantAcl } from "../../../src/policy/resultant.ts";
import { runs } from "../../support/runs.ts";
import { aclOf, rule } from "./acl-kit.ts";

const rootPolicy: Policy = { name: "root", text: "", stanzas: [], templated: false, root: true };
const root = compileAcl([rootPolicy]);

describe("what policies amount to", () => {
  it("is everything for root", () => expect(resultantAcl(root)).toEqual({ root: true }));

  it("shows exact paths, prefixes and, where there are any, rules with + segments", () => {
    const text = rule("a/b", "update read") + rule("kv/*", "list scan");
    const segments = rule("kv/+/x", "read") + rule("kv/+/y*", "deny") + rule("+", "");

    const plain = {
      root: false,
      exact_paths: { "a/b": { capabilities: ["read", "update"] } },
      glob_paths: { "kv/": { capabilities: ["list", "scan"] } },
    };
    expect(resultantAcl(aclOf(text))).toEqual(plain);
    expect(resultantAcl(aclOf(text + segments))).toEqual({
      ...plain,
      segment_paths: {
        "kv/+/x": { capabilities: ["read"] },
        "kv/+/y*": { capabilities: ["deny"] },
        "+": { capabilities: ["deny"] },
      },
    });
  });

  it("calls what is denied and what grants nothing a deny", () => {
    const text = rule("a", "deny") + rule("b", "");

    expect(resultantAcl(aclOf(text))).toMatchObject({
      exact_paths: { a: { capabilities: ["deny"] }, b: { capabilities: ["deny"] } },
    });
  });

  it("shows the limits of a rule where it has any", () => {
    const limits =
      'required_parameters = ["r"] allowed_parameters = { a = ["1"] } denied_parameters = { d = [] } min_wrapping_ttl = 5 max_wrapping_ttl = 9';

    expect(resultantAcl(aclOf(rule("a", "update", limits)))).toEqual({
      root: false,
      exact_paths: {
        a: {
          capabilities: ["update"],
          required_parameters: ["r"],
          allowed_parameters: { a: ["1"] },
          denied_parameters: { d: [] },
          min_wrapping_ttl: 5,
          max_wrapping_ttl: 9,
        },
      },
      glob_paths: {},
    });
  });
});

describe("policies reach into a mount", () => {
  it.each([
    ["by its own path", rule("kv", "read")],
    ["by a path below it", rule("kv/a/b", "read")],
    ["by a prefix below it", rule("kv/a*", "read")],
    ["by a prefix of it", rule("k*", "read")],
    ["by everything", rule("*", "list")],
    ["by a segment in the mount's place", rule("+/a", "read")],
    ["by a segment below it", rule("kv/+/a", "read")],
  ])("%s", (_how, text) => expect(reaches(aclOf(text), "kv/")).toBe(true));

  it.each([
    ["without a rule", ""],
    ["by a rule for a mount whose name begins alike", rule("kv2/a", "read")],
    ["by a rule that denies", rule("kv/*", "deny")],
    ["by a rule that grants nothing", rule("kv/a", "")],
    ["by a wide rule where a narrower one denies all of it", rule("*", "read") + rule("kv/*", "deny")],
    ["by segments that are of another path", rule("other/+/a", "read")],
  ])("and do not %s", (_how, text) => expect(reaches(aclOf(text), "kv/")).toBe(false));

  it("of several segments, by segments that fit all of them", () => {
    const at = (text: string): boolean => reaches(aclOf(text), "team/a/kv/");

    expect([rule("+/a/kv/x", "read"), rule("team/+/k*", "read"), rule("+/a*", "read")].map(at)).toEqual([
      true,
      true,
      true,
    ]);
    expect([rule("+/b/kv/x", "read"), rule("team/+/x*", "read"), rule("+/a", "read")].map(at)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("of many, one after the other by the same policies", () => {
    const acl = aclOf(rule("a/x", "read") + rule("b/+/y", "read") + rule("c/*", "deny") + rule("d", "read"));

    expect(["a/", "b/", "c/", "d/", "e/z/", "a/"].map((mount) => reaches(acl, mount))).toEqual([
      true,
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  it("everywhere for root", () => expect(reaches(root, "kv/")).toBe(true));

  it("as far as one of them alone does, however many there are", () => {
    const segment = fc.constantFrom("a", "b", "ab", "a-b");
    const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join("/"));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), path, (paths, mount) => {
        const alone = paths.some((one) => reaches(aclOf(rule(one, "read")), `${mount}/`));
        expect(reaches(aclOf(paths.map((one) => rule(one, "read")).join("")), `${mount}/`)).toBe(alone);
        expect(alone).toBe(paths.some((one) => `${one}/`.startsWith(`${mount}/`)));
      }),
      { numRuns: runs(300, 10_000) },
    );
  });

  it("by patterns and segments among others, as each of them alone does", () => {
    const segment = fc.constantFrom("a", "b", "ab", "a-b", "+");
    const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join("/"));
    const pattern = fc.tuple(path, fc.constantFrom("", "/", "/*")).map((parts) => parts.join(""));
    const mount = path.map((one) => `${one.replaceAll("+", "c")}/`);
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { maxLength: 4 }), mount, (patterns, at) => {
        const alone = patterns.some((one) => reaches(aclOf(rule(one, "read")), at));
        expect(reaches(aclOf(patterns.map((one) => rule(one, "read")).join("")), at)).toBe(alone);
      }),
      { numRuns: runs(300, 10_000) },
    );
  });
});
