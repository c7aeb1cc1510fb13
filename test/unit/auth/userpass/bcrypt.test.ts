import { describe, expect, it } from "@jest/globals";
import { bcryptMatches, parseBcrypt } from "../../../../src/auth/userpass/bcrypt.ts";
import { piWords } from "../../../../src/auth/userpass/pi.ts";

const matches = (password: string, text: string): Promise<boolean> | false => {
  const parsed = parseBcrypt(text);
  return parsed ? bcryptMatches(Buffer.from(password), parsed) : false;
};

/** From OpenBSD's and jBCrypt's published test vectors. */
const VECTORS: readonly (readonly [string, string])[] = [
  ["a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"],
  ["abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
  ["abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC"],
  ["~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO"],
];

describe("bcrypt", () => {
  it("has the digits of pi, which Blowfish's tables are", () => {
    const words = [...piWords(18)].map((word) => word.toString(16).padStart(8, "0"));
    expect(words.slice(0, 4)).toEqual(["243f6a88", "85a308d3", "13198a2e", "03707344"]);
    expect(words[17]).toBe("8979fb1b");
  });

  it.each(VECTORS)("knows the password %j of a published vector", async (password, text) => {
    expect(await matches(password, text)).toBe(true);
  });

  it.each(VECTORS)("refuses another password than %j", async (password, text) => {
    expect(await matches(`${password}x`, text)).toBe(false);
  });

  it("takes the version letters a, b and y for the same and no other", () => {
    const rest = "$06$abcdefghijklmnopqrstuuiGtC.NLIil/V.tQh/i2.7FailD1.u.2";
    const taken = ["$2a", "$2b", "$2y", "$2x", "$2", "$1a"].filter((version) => parseBcrypt(version + rest));
    expect(taken).toEqual(["$2a", "$2b", "$2y"]);
  });
});
