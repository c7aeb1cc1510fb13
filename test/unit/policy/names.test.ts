import { describe, expect, it } from "@jest/globals";
import { listedPolicyNames, nameForDelete, nameForWrite } from "../../../src/policy/index.ts";
import { wireOf } from "./acl-kit.ts";

describe("the name of a policy to write", () => {
  it.each([
    ["Foo", "foo"],
    [" team a ", "team a"],
    ["G-A/B", "g-a/b"],
    ["default", "default"],
    ["Über", "Über"],
    ["__proto__", "__proto__"],
  ])("%j is kept as %j", (given, kept) => {
    expect(nameForWrite(given)).toBe(kept);
  });

  it.each(["root", "ROOT", " Root ", "root\t", "\u00a0root"])("%j is root, which is never written", (name) => {
    expect(wireOf(() => nameForWrite(name))).toBe('cannot update "root" policy');
  });

  it("is not response-wrapping", () => {
    expect(wireOf(() => nameForWrite("Response-Wrapping"))).toBe('cannot update "response-wrapping" policy');
  });

  it.each(["", " ", "root\u0000", "ro\u200bot", "a\nb", "\u212aite", "..", "../root", "a/../root", "a".repeat(513)])(
    "%j is refused",
    (name) => {
      expect(wireOf(() => nameForWrite(name))).toMatch(/^policy name /);
    },
  );
});

describe("the name of a policy to delete", () => {
  it.each([
    ["root", 'cannot delete "root" policy'],
    ["ROOT", 'cannot delete "root" policy'],
    ["response-wrapping", 'cannot delete "response-wrapping" policy'],
    ["Default", "cannot delete default policy"],
    ["Foo", "accepted"],
  ])("%s: %s", (name, wire) => {
    expect(wireOf(() => nameForDelete(name))).toBe(wire);
  });
});

describe("a list of policy names", () => {
  it("is sorted, hides what is not for people, and ends in root", () => {
    expect(listedPolicyNames(["team", "response-wrapping", "root", "zeta", "default"])).toEqual([
      "default",
      "team",
      "zeta",
      "root",
    ]);
  });
});
