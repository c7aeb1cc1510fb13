import { describe, expect, it } from "@jest/globals";
import { compileAcl, decide, parsePolicy } from "../../../src/policy/index.ts";
import { aclOf, allows, request, rule } from "./acl-kit.ts";

/** The worked examples of Vault's policy documentation and of its published fixes. */

const winner = (patterns: readonly string[], path: string): string | undefined => {
  const acl = aclOf(patterns.map((pattern) => rule(pattern, "read")).join(""));
  return decide(acl, request(`read ${path}`)).rule?.pattern;
};

describe("a LIST of everything", () => {
  it("is decided by a rule for the empty path, or by one for all paths", () => {
    const list = { operation: "list", path: "", sudoPath: false } as const;

    expect(decide(aclOf(rule("", "list")), list).allowed).toBe(true);
    expect(decide(aclOf(rule("*", "list")), list).allowed).toBe(true);
    expect(decide(aclOf(rule("/", "deny") + rule("*", "list")), list).allowed).toBe(false);
    expect(decide(aclOf(rule("a", "list")), list).allowed).toBe(false);
  });
});

describe("of the rules that match, the most specific decides", () => {
  const cases: readonly [rules: string[], path: string, wins: string][] = [
    [["+/*", "*"], "foo/bar/bar/baz", "*"],
    [["+/*", "foo/+/*"], "foo/bar/bar/baz", "foo/+/*"],
    [["foo/+/+/*", "foo/+/bar/baz"], "foo/bar/bar/baz", "foo/+/bar/baz"],
    [["foo/+/+/baz", "foo/+/bar/baz"], "foo/bar/bar/baz", "foo/+/bar/baz"],
    [["foo/+/bar/baz", "foo/bar/+/baz"], "foo/bar/bar/baz", "foo/bar/+/baz"],
    [["foo/bar/+/baz*", "foo/bar/+/baz"], "foo/bar/bar/baz", "foo/bar/+/baz"],
    [["foo/bar/+/b*", "foo/bar/+/ba*"], "foo/bar/bar/baz", "foo/bar/+/ba*"],
    [["foo/*", "foo/+"], "foo/bar", "foo/+"],
    [["foo/*", "foo/+/x"], "foo/a/x", "foo/+/x"],
    [["foo/a*", "foo/+"], "foo/abc", "foo/a*"],
    [["foo/a*", "foo/+/x"], "foo/abc/x", "foo/a*"],
    [["foo/*", "foo/+", "foo/bar", "*"], "foo/bar", "foo/bar"],
    [["a/+/c/+", "a/+/+/d"], "a/b/c/d", "a/+/c/+"],
    [["ü/+", "ü*"], "ü/x", "ü/+"],
  ];

  it.each(cases)("%j for %s: %s", (patterns, path, wins) => {
    expect([winner(patterns, path), winner([...patterns].reverse(), path)]).toEqual([wins, wins]);
  });
});

describe("a pattern matches", () => {
  const cases: readonly [rule: string, path: string, matches: boolean][] = [
    ["kv/data/a", "kv/data/a", true],
    ["kv/data/a", "kv/data/a/", false],
    ["kv/data/a", "kv/data/A", false],
    ["kv/data/a*", "kv/data/a", true],
    ["kv/data/a*", "kv/data/abc", true],
    ["kv/data/app*", "kv/data/apple/x", true],
    ["kv/data/a/*", "kv/data/a/", true],
    ["kv/data/a/*", "kv/data/a", false],
    ["*", "any/thing", true],
    ["kv/*/a", "kv/x/a", false],
    ["kv/*/a", "kv/*/a", true],
    ["kv/+/a", "kv/x/a", true],
    ["kv/+/a", "kv/x/y/a", false],
    ["kv/+/a*", "kv/x/ab/c", true],
    ["kv/+/*", "kv/x/y/z", true],
    ["kv/+/*", "kv/x", false],
    ["+", "kv", true],
    ["+", "kv/x", false],
    ["+/x", "kv/x", true],
    ["kv/a+", "kv/ab", false],
    ["kv/a+", "kv/a+", true],
    ["kv/a+b/c", "kv/a+b/c", true],
    ["kv/+x", "kv/yx", false],
    ["kv/+x", "kv/+x", true],
    ["test/+/segment", "test/foo/bar/segment", false],
    ["test/segment/at/end/+", "test/segment/at/end/foo", true],
    ["test/segment/at/end/+", "test/segment/at/end/foo/", false],
    ["test/segment/at/end/v2/+/", "test/segment/at/end/v2/foo/", true],
    ["test/segment/at/end/v2/+/", "test/segment/at/end/v2/foo", false],
    ["test/+/wildcard/+/*", "test/segment/wildcard/at/foo/", true],
    ["test/+/wildcard/+/*", "test/segment/wildcard/at/end", true],
    ["test/+/wildcard/+/*", "test/segment/wildcard/at/end/", true],
    ["kv/a/+", "kv/a/", true],
    ["/kv/a", "kv/a", true],
    ["//kv/a", "kv/a", false],
    ["", "kv", false],
    ["+/".repeat(300), "kv/a", false],
    ["../sys/*", "sys/mounts", false],
    [["$", "{x}"].join(""), "kv", false],
  ];

  it.each(cases)("%s on %s: %s", (pattern, path, matches) => {
    expect(allows(aclOf(rule(pattern, "read")), `read ${path}`)).toBe(matches);
  });
});

describe("a policy of several rules", () => {
  const cases: readonly [name: string, policy: string, asked: string, allowed: boolean][] = [
    ["a wider grant", rule("prod/*", "read") + rule("prod/aws/*", "deny"), "read prod/gcp", true],
    ["a deny below", rule("prod/*", "read") + rule("prod/aws/*", "deny"), "read prod/aws/x", false],
    ["deny is not inherited", rule("prod/*", "deny") + rule("prod/aws/*", "read"), "read prod/aws/x", true],
    [
      "deny is not inherited by an exact rule",
      rule("kv/*", "deny") + rule("kv/data/a", "read"),
      "read kv/data/a",
      true,
    ],
    ["nothing granted still shadows", rule("kv/*", "read") + rule("kv/data/a", ""), "read kv/data/a", false],
    ["no capabilities at all still shadow", `${rule("kv/*", "read")}path "kv/a*" {}`, "read kv/ab", false],
    ["prefix, one plus, two plus: 1", rule("1/2/*", "create") + rule("1/2/+", "read"), "read 1/2/3", true],
    ["prefix, one plus, two plus: 2", rule("1/2/*", "create") + rule("1/2/+", "read"), "update 1/2/3", false],
    ["prefix, one plus, two plus: 3", rule("1/2/*", "create") + rule("1/2/+/+", "update"), "update 1/2/3/4", true],
    ["prefix, one plus, two plus: 4", rule("1/2/*", "create") + rule("1/2/+/+", "update"), "create 1/2/3/4/5", true],
    ["exact and prefix do not merge", rule("a", "read") + rule("a*", "update"), "update a", false],
    ["creating needs create", rule("kv/data/new", "update"), "create kv/data/new", false],
  ];

  it.each(cases)("%s", (_, policy, asked, allowed) => {
    expect(allows(aclOf(policy), asked)).toBe(allowed);
  });
});

describe("LIST", () => {
  const prefixDeny = rule("s/metadata/*", "list") + rule("s/metadata/prod/*", "deny");
  const textDeny = rule("s/metadata/*", "list") + rule("s/metadata/prod*", "deny");
  const cases: readonly [policy: string, path: string, allowed: boolean][] = [
    [rule("kv/metadata/", "list"), "kv/metadata", true],
    [rule("kv/metadata/", "list"), "kv/metadata/", true],
    [rule("kv/metadata", "list"), "kv/metadata/", true],
    [rule("kv/metadata/*", "list"), "kv/metadata", true],
    [rule("kv/metadata/a", "list"), "kv/metadata/a/", true],
    [rule("kv/metadata/+", "list"), "kv/metadata/", true],
    [rule("kv/b/+/", "list"), "kv/b", false],
    [rule("kv/*", "list") + rule("kv/private/*", "deny"), "kv/private/", false],
    [rule("kv/*", "list") + rule("kv/private/*", "deny"), "kv/private", false],
    [rule("kv/*", "list") + rule("kv/private/*", "deny"), "kv/", true],
    [rule("kv/metadata/team/*", "list") + rule("kv/metadata/*", "deny"), "kv/metadata/team/", true],
    // One rule speaks for a folder: a narrower one that leaves list out is not passed over for a wider grant.
    [rule("kv/*", "list") + rule("kv/team/*", "read"), "kv/team/", false],
    [rule("kv/*", "list") + rule("kv/team/*", "update"), "kv/team", false],
    [rule("kv/*", "list") + rule("kv/team/*", ""), "kv/team", false],
    [rule("m/+/*", "list") + rule("m/team/*", "read"), "m/team/x", false],
    [rule("m/+/*", "list") + rule("m/team/*", "read"), "m/other/x", true],
    [rule("m/+/+/", "list") + rule("m/team/+/", "read"), "m/team/x", false],
    [rule("m/+/+", "list") + rule("m/team/+", "read"), "m/team/x", false],
    [rule("+/b*", "list") + rule("*", "read"), "a/b/", false],
    // A rule that matches the path only without the slash competes in the same order.
    [rule("m/+", "read") + rule("m/*", "list"), "m/team/", false],
    [rule("m/+", "deny") + rule("m/*", "list"), "m/team/", false],
    [rule("m/+", "list") + rule("m/*", "read"), "m/team/", true],
    [rule("+/sys/policies/acl", "list"), "ns/sys/policies/acl/", true],
    [rule("m/team*", "list") + rule("m/team/*", "read"), "m/team", false],
    [rule("kv/a", "read") + rule("kv/a/*", "list"), "kv/a/", false],
    [rule("kv/b/", "deny") + rule("kv/b*", "list"), "kv/b/", false],
    [rule("kv/+/", "deny") + rule("kv/*", "list"), "kv/x/", false],
    [rule("kv/*", "read"), "kv/a/", false],
    [prefixDeny, "s/metadata/prod", false],
    [prefixDeny, "s/metadata/prod/", false],
    [prefixDeny, "s/metadata/prod//", false],
    [textDeny, "s/metadata/prod", false],
    [textDeny, "s/metadata/prod/", false],
    [textDeny, "s/metadata/prod//", false],
    [prefixDeny, "s/metadata/other/", true],
  ];

  it.each(cases)("%j, LIST %s: %s", (policy, path, allowed) => {
    expect(allows(aclOf(policy), `list ${path}`)).toBe(allowed);
  });

  it("does not help a read of the path with the slash", () => {
    expect(allows(aclOf(rule("kv/metadata/a/", "list read")), "read kv/metadata/a")).toBe(false);
  });
});

describe("operations", () => {
  it.each(["create", "read", "update", "patch", "delete", "list"])("%s needs its own capability", (operation) => {
    const others = ["create", "read", "update", "patch", "delete", "list", "sudo"].filter((name) => name !== operation);

    expect(allows(aclOf(rule("a", others.join(" "))), `${operation} a`)).toBe(false);
    expect(allows(aclOf(rule("a", operation)), `${operation} a`)).toBe(true);
  });

  it("help needs no rule", () => {
    expect(decide(aclOf(), request("help anything")).reason).toBe("help");
  });

  it("on a sudo path need sudo besides their capability", () => {
    const verdicts = ["read", "sudo", "read sudo"].map((names) =>
      decide(aclOf(rule("sys/auth/x", names)), request("read sys/auth/x", { sudoPath: true })),
    );

    expect(verdicts.map(({ reason }) => reason)).toEqual(["sudo_missing", "capability_missing", "granted"]);
  });
});

describe("the root policy", () => {
  it("allows everything as the sole policy", () => {
    const root = compileAcl([{ name: "root", text: "", stanzas: [], templated: false, root: true }]);

    expect(decide(root, request("delete sys/x", { sudoPath: true }))).toEqual({
      allowed: true,
      reason: "root",
      isRoot: true,
    });
  });

  it("cannot be had by the name of a parsed policy", () => {
    expect(decide(compileAcl([parsePolicy("root", "")]), request("read a")).allowed).toBe(false);
  });

  it("grants nothing together with other policies", () => {
    const root = { name: "root", text: "", stanzas: [], templated: false, root: true };

    expect(decide(compileAcl([root, parsePolicy("p", "")]), request("read a")).allowed).toBe(false);
  });
});

describe("a decision", () => {
  it("names the policy and line that grant", () => {
    const acl = aclOf(`\n${rule("kv/*", "read")}`, rule("kv/*", "list"));

    expect(decide(acl, request("read kv/a")).rule).toEqual({ pattern: "kv/*", policies: [{ name: "p1", line: 2 }] });
  });

  it("names the policy that denies, not those it overrules", () => {
    const acl = aclOf(rule("kv/*", "read"), `\n\n${rule("kv/*", "deny")}`, rule("kv/*", "list"));

    expect(decide(acl, request("read kv/a")).rule?.policies).toEqual([{ name: "p2", line: 3 }]);
  });

  it("names no rule where none matches", () => {
    expect(decide(aclOf(rule("a", "read")), request("read b"))).toEqual({
      allowed: false,
      reason: "no_rule",
      isRoot: false,
    });
  });
});
