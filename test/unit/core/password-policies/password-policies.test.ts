import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { drawPassword } from "../../../../src/core/password-policies/generator.ts";
import { PasswordPolicyError, parsePasswordPolicy } from "../../../../src/core/password-policies/rules.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { type IdentityServer, makeIdentityServer } from "../identity/support.ts";

const still = { now: () => 0 };

describe("a password policy's text", () => {
  it.each([
    ["", "length must be > 0"],
    ["length = 0", "no charset specified"],
    ['length = "8"', "unable to decode"],
    ["length = 8.5", "unable to decode"],
    ['length = 8 rule "charset" { charset = ["a"] }', "charset must be text"],
    ['length = 8\nrule "charset" { charset = "a" min-chars = -1 }', "must not be negative"],
    ['length = 8\nrule "charset" { charset = "ab" }\nrule "charset" { min-chars = 1 }', "empty charset"],
    ['length = 8\nrule "a" "b" { charset = "ab" }', "a rule needs one type"],
    ["length = ", "unable to decode"],
  ])("is refused: %j", (text, why) => {
    expect(() => parsePasswordPolicy(text)).toThrow(PasswordPolicyError);
    expect(() => parsePasswordPolicy(text)).toThrow(why);
  });

  it("never fails otherwise, whatever it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parsePasswordPolicy(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PasswordPolicyError);
        }
      }),
    );
  });

  it("counts characters, not code units", () => {
    const { alphabet } = parsePasswordPolicy('length = 4\nrule "charset" { charset = "😀é😀" }');

    expect(alphabet).toHaveLength(2);
  });
});

describe("a drawn password", () => {
  it("meets every rule", () => {
    const rules = parsePasswordPolicy(
      'length = 12\nrule "charset" { charset = "abc" min-chars = 4 }\nrule "charset" { charset = "cde" min-chars = 5 }\nrule "charset" { charset = "01" }',
    );
    for (let round = 0; round < 50; round++) {
      const password = drawPassword(rules, systemRandom, still) ?? "";
      expect(password).toMatch(/^[a-e01]{12}$/);
      expect(password.match(/[abc]/g)?.length).toBeGreaterThanOrEqual(4);
      expect(password.match(/[cde]/g)?.length).toBeGreaterThanOrEqual(5);
    }
  });

  it("has every character about equally often", () => {
    const rules = parsePasswordPolicy('length = 100\nrule "charset" { charset = "abcdefg" }');
    const counts = new Map<string, number>();
    for (let round = 0; round < 700; round++) {
      for (const char of drawPassword(rules, systemRandom, still) ?? "") counts.set(char, (counts.get(char) ?? 0) + 1);
    }
    // 10,000 each is expected; 600 is more than six standard deviations.
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(600);
  });

  it("is given up where the rules leave next to no chance", () => {
    const charset = Array.from({ length: 200 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join("");
    const rules = parsePasswordPolicy(
      `length = 30\nrule "charset" { charset = "a" min-chars = 30 }\nrule "charset" { charset = "${charset}" }`,
    );

    expect(drawPassword(rules, systemRandom, { now: tick() })).toBeUndefined();
  });
});

/** A clock that moves a tenth of a second with every look. */
const tick = () => {
  let now = 0;
  return () => {
    now += 100;
    return now;
  };
};

describe("engines", () => {
  let server: IdentityServer;
  beforeAll(async () => {
    server = await makeIdentityServer();
  });
  afterAll(() => server.dynamo.close());

  it("get passwords of a policy by its name, and nothing for a name that is none", async () => {
    await server.call("POST", "sys/policies/password/Team/db", {
      body: { policy: 'length = 5\nrule "charset" { charset = "xy" }' },
    });

    expect(await server.core.passwords.generate("Team/db")).toMatch(/^[xy]{5}$/);
    expect(await server.core.passwords.generate("team/db")).toBeUndefined();
  });

  it("get none once the policy is gone", async () => {
    await server.call("POST", "sys/policies/password/short", {
      body: { policy: 'length = 4\nrule "charset" { charset = "z" }' },
    });
    await server.call("DELETE", "sys/policies/password/short");

    expect(await server.core.passwords.generate("short")).toBeUndefined();
    expect((await server.call("GET", "sys/policies/password/short/generate")).status).toBe(404);
  });
});
