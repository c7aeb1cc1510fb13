import { describe, expect, it } from "@jest/globals";
import { respell } from "../../../src/policy/folding.ts";
import { type Acl, compileAcl, parsePolicy } from "../../../src/policy/index.ts";
import { aclOf, rule } from "./acl-kit.ts";

/** Stanzas with one pattern become one rule, at a cost that their length decides and not its square. */

/** Counts the calls of a built-in. A spy of the test runner cannot: it uses these functions itself. */
const tally = (owner: object, name: "next" | "set" | "add") => {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== "function") throw new Error(`no ${name}`);
  let calls = 0;
  function counting(this: unknown, first: unknown, second: unknown): unknown {
    calls++;
    return Reflect.apply(original as () => unknown, this, [first, second]);
  }
  Reflect.set(owner, name, counting);
  return {
    calls: () => calls,
    restore: () => Reflect.set(owner, name, original),
  };
};

const iteratorOf = (items: Iterable<unknown>): object => Object.getPrototypeOf(items[Symbol.iterator]()) as object;

/** Items that a call reads one by one out of lists and maps, and that it puts into maps and sets. */
const operationsOf = (call: () => unknown): number => {
  const tallies = [
    tally(iteratorOf([]), "next"),
    tally(iteratorOf(new Map()), "next"),
    tally(Map.prototype, "set"),
    tally(Set.prototype, "add"),
  ];
  try {
    call();
  } finally {
    for (let i = 0; i < tallies.length; i++) tallies[i]?.restore();
  }
  return tallies.reduce((sum, one) => sum + one.calls(), 0);
};

const policiesOf = (count: number, parameters: number) =>
  Array.from({ length: count }, (_, p) => {
    const names = Array.from({ length: parameters }, (_, n) => `"p${p}-${n}" = ["a"]`).join("\n");
    const shared = `"shared" = ["v${p}"]`;
    const lists = `allowed_parameters = {\n${names}\n${shared}\n}\nrequired_parameters = ["r${p}"]`;
    return parsePolicy(`p${p}`, rule("kv/data/app", "create update", lists));
  });

const ruleAt = (acl: Acl, pattern: string) => acl.rules.get(pattern);

describe("many policies on one pattern", () => {
  it("cost twice as much where there are twice as many", () => {
    const [few, many] = [policiesOf(40, 20), policiesOf(80, 20)];
    const [once, twice] = [operationsOf(() => compileAcl(few)), operationsOf(() => compileAcl(many))];

    expect(once).toBeGreaterThan(40 * 20);
    expect(twice).toBeLessThan(once * 2.2);
  });

  it("cost the same where patterns become one only as they are folded", () => {
    const acl = (count: number) =>
      aclOf(
        Array.from({ length: count }, (_, p) =>
          rule(`auth/users/x${p}`, "read", `denied_parameters = { "d${p}" = [] }`),
        ).join(""),
      );
    const [few, many] = [acl(40), acl(80)];
    const once = operationsOf(() => respell(few, () => "auth/users/x"));
    const twice = operationsOf(() => respell(many, () => "auth/users/x"));

    expect(once).toBeGreaterThan(40);
    expect(twice).toBeLessThan(once * 2.2);
  });

  it("join their lists in order, and an empty list stands for any value", () => {
    const acl = aclOf(
      rule("kv/a", "create", 'allowed_parameters = { "x" = ["1"], "any" = ["1"] }\nrequired_parameters = ["x"]'),
      rule("kv/a", "update", 'allowed_parameters = { "x" = ["2"], "any" = [] }\nrequired_parameters = ["x", "y"]'),
      rule("kv/a", "read"),
    );

    expect(ruleAt(acl, "kv/a")?.constraints).toMatchObject({
      required: ["x", "y"],
      allowed: new Map([
        ["x", ["1", "2"]],
        ["any", []],
      ]),
    });
    expect(ruleAt(acl, "kv/a")?.sources.map(({ name }) => name)).toEqual(["p1", "p2", "p3"]);
  });

  it("count only where they deny, wherever the deny stands", () => {
    for (const texts of [
      [rule("kv/a", "deny"), rule("kv/a", "read"), rule("kv/a", "update")],
      [rule("kv/a", "read"), rule("kv/a", "deny"), rule("kv/a", "update")],
      [rule("kv/a", "read"), rule("kv/a", "update"), rule("kv/a", "deny")],
    ]) {
      const merged = ruleAt(aclOf(...texts), "kv/a");
      expect(merged?.sources).toHaveLength(1);
      expect(merged?.capabilities).toBe(ruleAt(aclOf(rule("kv/a", "deny")), "kv/a")?.capabilities);
    }
  });
});
