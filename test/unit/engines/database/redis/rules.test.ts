import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { rulesOf } from "../../../../../src/engines/database/redis/rules.ts";

const rules = (...list: readonly unknown[]) => rulesOf([JSON.stringify(list)]);

/** The rules of a selector, or the rule itself, as the server takes them apart. */
const partsOf = (rule: string): readonly string[] => (rule.startsWith("(") ? rule.slice(1, -1).split(" ") : [rule]);

describe("creation statements", () => {
  it.each([
    ["the guide's", ["~*", "+@read"]],
    ["an administrator's", ["+@admin"]],
    ["commands", ["allcommands", "-@dangerous", "+config|get", "-FLUSHALL", "+@ALL", "nocommands"]],
    ["keys", ["allkeys", "~app:*", "%R~in:*", "%W~out:*", "%RW~both:*", "resetkeys"]],
    ["channels", ["allchannels", "&news.*", "resetchannels"]],
    ["selectors", ["(+get ~a:* &b)", "clearselectors"]],
    ["what every user is", ["on", "sanitize-payload", "skip-sanitize-payload"]],
  ])("of %s kind are taken as they are", (_, list) => {
    expect(rules(...list)).toEqual(list);
  });

  it("that are empty are Vault's: read everything", () => {
    expect([rulesOf([]), rulesOf([" "])]).toEqual([
      ["~*", "+@read"],
      ["~*", "+@read"],
    ]);
  });

  it.each([
    ">canary",
    "<canary",
    "#c0ffee",
    "!c0ffee",
    "nopass",
    "NoPass",
    "resetpass",
    "reset",
    "off",
    "OFF",
    "(+get >canary)",
    "(+get on)",
    "(+get (~a))",
    "(nopass)",
    "~a b",
    "~a\0",
    "+get on",
    "+get\nnopass",
    "",
    " nopass",
    "nopass ",
    "SETUSER",
    "default",
    `~${"a".repeat(2000)}`,
  ])("may not hold %j, and the refusal does not repeat it", (rule) => {
    expect(() => rules("~*", rule)).toThrow(
      "rule 2 of the creation statement is not allowed: only rules for keys, channels and commands are",
    );
  });

  it.each([
    ["no JSON", ["+@read canary"], "error unmarshalling REDIS rules in the creation statement JSON"],
    ["no list", ['{"db":"canary"}'], "error unmarshalling REDIS rules in the creation statement JSON"],
    ["two of them", ['["~*"]', '["+@all"]'], "expected one creation statement"],
    ["too many rules", [JSON.stringify(Array.from({ length: 300 }, () => "~a"))], "more than 256 rules"],
    ["numbers", ["[1]"], "rule 1 of the creation statement is not allowed"],
  ])("that are %s are refused without being repeated", (_, statements, text) => {
    expect(() => rulesOf(statements)).toThrow(text);
    expect(() => rulesOf(statements)).not.toThrow("canary");
  });

  it("never let a rule about passwords or the user's state through, however it is written", () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(">", "<", "#", "!", "nopass", "reset", "resetpass", "off", "(", ")", "~", "+", "%R~", " "),
    );
    const rule = fc.array(hostile, { maxLength: 5 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), (list) => {
        let taken: readonly string[];
        try {
          taken = rules(...list);
        } catch {
          return;
        }
        expect(taken).toEqual(list);
        for (const part of taken.flatMap(partsOf)) {
          expect(part).not.toMatch(/^[><#!]|^(?:nopass|resetpass|reset|off)$|[\s\0]/i);
        }
      }),
    );
  });
});
