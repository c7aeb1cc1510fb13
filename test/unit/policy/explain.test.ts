import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { compileAcl, decide, explain, parsePolicy } from "../../../src/policy/index.ts";
import { aclOf, request, rule } from "./acl-kit.ts";

describe("an explanation", () => {
  const text = rule("*", "list") + rule("kv/*", "read") + rule("kv/+", "deny") + rule("kv/a", "read");

  it("shows the rules that match in order of priority", () => {
    const { candidates } = explain(aclOf(text), request("read kv/a"));

    expect(candidates.map(({ pattern, decides }) => [pattern, decides])).toEqual([
      ["kv/a", true],
      ["kv/+", false],
      ["kv/*", false],
      ["*", false],
    ]);
  });

  it("names policies, lines and capabilities", () => {
    const { candidates } = explain(aclOf(text), request("read kv/b/c"));

    expect(candidates[0]).toEqual({
      pattern: "kv/*",
      capabilities: ["read"],
      sources: [{ name: "p1", line: 2 }],
      decides: true,
    });
  });

  it("names the policies that grant, and all that make up the rule where none does", () => {
    const acl = aclOf(rule("kv/a", "read"), rule("kv/a", "read list"), rule("kv/a", "update"));
    const names = (asked: string) => decide(acl, request(asked)).rule?.policies.map(({ name }) => name);

    expect([names("read kv/a"), names("update kv/a"), names("delete kv/a")]).toEqual([
      ["p1", "p2"],
      ["p3"],
      ["p1", "p2", "p3"],
    ]);
  });

  it("looks at both spellings of a LIST", () => {
    const acl = aclOf(rule("kv/private/*", "deny") + rule("kv/*", "list"));

    expect(explain(acl, request("list kv/private")).candidates.map(({ pattern }) => pattern)).toEqual([
      "kv/private/*",
      "kv/*",
    ]);
  });

  it("says that help needs no rule", () => {
    const { decision, suggestion } = explain(aclOf(), request("help kv/a"));

    expect([decision.allowed, decision.reason, suggestion]).toEqual([true, "help", undefined]);
  });

  it("suggests nothing for what is allowed", () => {
    expect(explain(aclOf(text), request("read kv/a")).suggestion).toBeUndefined();
  });
});

describe("a suggestion", () => {
  it("is the smallest rule that would do", () => {
    expect(explain(aclOf(rule("kv/*", "read")), request("update kv/x", { sudoPath: true })).suggestion).toBe(
      'path "kv/x" {\n  capabilities = ["update", "sudo"]\n}\n',
    );
  });

  it("is for the path with its slash when listing", () => {
    expect(explain(aclOf(), request("list kv/x")).suggestion).toBe('path "kv/x/" {\n  capabilities = ["list"]\n}\n');
  });

  it("widens the parameters of the exact rule", () => {
    const acl = aclOf(rule("a", "update", 'allowed_parameters = { x = ["1"] }'));

    expect(explain(acl, request("update a", { parameters: { X: "2" } })).suggestion).toContain(
      'allowed_parameters = { "x" = [] }',
    );
  });

  it("names no parameters where none were sent", () => {
    const acl = aclOf(rule("a", "read", 'allowed_parameters = { x = ["1"] }'));

    expect(explain(acl, request("update a")).suggestion).toBe('path "a" {\n  capabilities = ["update"]\n}\n');
  });

  it.each([
    [rule("a", "deny")],
    [rule("a", "update", 'required_parameters = ["y"]')],
    [rule("a", "update", "denied_parameters = { x = [] }")],
    [rule("a", "update", "min_wrapping_ttl = 60")],
  ])("is not made where no added rule could help: %s", (text) => {
    expect(explain(aclOf(text), request("update a", { parameters: { x: "1" } })).suggestion).toBeUndefined();
  });

  it.each(["kv/a*", "kv/+", "+", "a{{b}}", "a+*b", ["$", "{x"].join("")])(
    "is not made for %s, which would say more",
    (path) => {
      expect(explain(aclOf(), { path, operation: "read", sudoPath: false }).suggestion).toBeUndefined();
    },
  );

  it("works whenever it is made, whatever the path", () => {
    const property = fc.property(fc.string({ unit: "grapheme", maxLength: 12 }), (path) => {
      const asked = { path, operation: "read", sudoPath: false } as const;
      const { suggestion } = explain(aclOf(rule("*", "deny")), asked);

      if (suggestion === undefined) return;
      const acl = compileAcl([parsePolicy("p1", rule("*", "deny")), parsePolicy("p2", suggestion)]);
      expect(decide(acl, asked).allowed).toBe(true);
    });

    fc.assert(property);
    expect.hasAssertions();
  });
});
