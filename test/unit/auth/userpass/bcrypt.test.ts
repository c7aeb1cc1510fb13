import { describe, expect, it } from "@jest/globals";
import { bcryptCost, bcryptMatches } from "../../../../src/auth/userpass/bcrypt.ts";

const matches = (password: string, text: string): Promise<boolean> => bcryptMatches(Buffer.from(password), text);

/** From OpenBSD's and jBCrypt's published test vectors. */
const VECTORS: readonly (readonly [string, string])[] = [
  ["a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"],
  ["abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
  ["abcdefghijklmnopqrstuvwxyz", "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC"],
  ["~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO"],
];

describe("bcrypt", () => {
  it.each(VECTORS)("knows the password %j of a published vector", async (password, text) => {
    expect(await matches(password, text)).toBe(true);
  });

  it.each(VECTORS)("refuses another password than %j", async (password, text) => {
    expect(await matches(`${password}x`, text)).toBe(false);
  });

  it("takes the version letters a, b and y for the same and no other", () => {
    const rest = "$06$abcdefghijklmnopqrstuuiGtC.NLIil/V.tQh/i2.7FailD1.u.2";
    const taken = ["$2a", "$2b", "$2y", "$2x", "$2", "$1a"].filter((version) => bcryptCost(version + rest));
    expect(taken).toEqual(["$2a", "$2b", "$2y"]);
  });

  it.each(["00", "03", "15", "31", "99"])("does no work for a hash of cost %s, wherever it came from", async (cost) => {
    const [, , , rest] = (VECTORS[0]?.[1] ?? "").split("$");
    expect(await matches("a", `$2a$${cost}$${rest}`)).toBe(false);
  });

  it("keeps nobody waiting from the moment it is called", async () => {
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    await matches("a", "$2a$10$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe");
    over = true;
    // A synchronous comparison would be over before anything else had a turn.
    expect(turns).toBeGreaterThan(0);
  });
});
