import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { barcode, newKey, otpauthUrl, type TotpRules } from "../../../src/otp/index.ts";
import { isCode, matchingSteps } from "../../../src/otp/totp.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";
import { seconds } from "../../../src/std/time.ts";

const key = (text: string) => new Sensitive<Uint8Array>(Buffer.from(text));
const DIGITS = "1234567890".repeat(7);
/** RFC 6238, appendix B: a key as long as the hash, 8 digits, 30 seconds. */
const KEYS = { SHA1: key(DIGITS.slice(0, 20)), SHA256: key(DIGITS.slice(0, 32)), SHA512: key(DIGITS.slice(0, 64)) };
const VECTORS: readonly (readonly [seconds: number, SHA1: string, SHA256: string, SHA512: string])[] = [
  [59, "94287082", "46119246", "90693936"],
  [1_111_111_109, "07081804", "68084774", "25091201"],
  [1_111_111_111, "14050471", "67062674", "99943326"],
  [1_234_567_890, "89005924", "91819424", "93441116"],
  [2_000_000_000, "69279037", "90698825", "38618901"],
  [20_000_000_000, "65353130", "77737706", "47863826"],
];

const rulesOf = (algorithm: TotpRules["algorithm"], more: Partial<TotpRules> = {}): TotpRules => ({
  algorithm,
  digits: 8,
  period: seconds(30),
  skew: 0,
  ...more,
});

describe("codes by time", () => {
  it.each(VECTORS)("are those of RFC 6238 at %s s", (at, ...codes) => {
    for (const [index, algorithm] of (["SHA1", "SHA256", "SHA512"] as const).entries()) {
      const steps = matchingSteps(KEYS[algorithm], rulesOf(algorithm), codes[index] ?? "", at * 1000);
      expect([algorithm, steps]).toEqual([algorithm, [Math.floor(at / 30)]]);
    }
  });

  it("belong to the step before and after with a skew of 1, and to no other", () => {
    const code = "89005924";
    const step = Math.floor(1_234_567_890 / 30);
    const at = (offset: number, skew: 0 | 1) =>
      matchingSteps(KEYS.SHA1, rulesOf("SHA1", { skew }), code, (step + offset) * 30_000);

    expect([-2, -1, 0, 1, 2].map((offset) => at(offset, 1))).toEqual([[], [step], [step], [step], []]);
    expect([-1, 0, 1].map((offset) => at(offset, 0))).toEqual([[], [step], []]);
  });

  it("with six digits are the end of those with eight", () => {
    expect(matchingSteps(KEYS.SHA1, rulesOf("SHA1", { digits: 6 }), "287082", 59_000)).toEqual([1]);
  });

  it("at the beginning of time are asked for no step before it", () => {
    expect(matchingSteps(KEYS.SHA1, rulesOf("SHA1", { skew: 1 }), "94287082", 0)).toEqual([1]);
  });
});

describe("V43: a code has one spelling", () => {
  const right = "94287082";
  const others = [
    " 94287082",
    "94287082 ",
    "94287082\n",
    "\t94287082",
    "942 87082",
    "094287082",
    "94287082.0",
    "+94287082",
    "-94287082",
    "９４２８７０８２",
    "٩٤٢٨٧٠٨٢",
    "94287082\u0000",
    "94287082\u200b",
    "9428708२",
    "0x59eb1ea",
    "",
  ];

  it.each(others)("refuses %j", (text) => {
    expect(isCode(text, { digits: 8 })).toBe(false);
    expect(matchingSteps(KEYS.SHA1, rulesOf("SHA1", { skew: 1 }), text, 59_000)).toEqual([]);
  });

  it("refuses every text but the code itself", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{8}$/), fc.string({ unit: "binary" })), (text) => {
        const steps = matchingSteps(KEYS.SHA1, rulesOf("SHA1"), text, 59_000);
        return steps.length === (text === right ? 1 : 0);
      }),
    );
  });
});

describe("the enrolment of an app", () => {
  const url = (issuer: string) =>
    otpauthUrl({ issuer, account: "a b/c", rules: rulesOf("SHA1", { digits: 6 }), key: KEYS.SHA1 });

  it("is an address that other programs read", () => {
    expect(url("My Company: R&D")).toBe(
      "otpauth://totp/My%20Company%3A%20R%26D:a%20b%2Fc?algorithm=SHA1&digits=6&issuer=My%20Company%3A%20R%26D&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    );
    const { searchParams } = new URL(url("My Company: R&D"));
    expect(searchParams.get("issuer")).toBe("My Company: R&D");
  });

  it("is a square picture of the wanted size, or of the least that shows it", async () => {
    const sizeOf = (png: string): readonly number[] => {
      const bytes = Buffer.from(png, "base64");
      expect(bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
      return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    };
    expect(sizeOf(await barcode(url("Zeroth"), 200))).toEqual([200, 200]);
    const [width = 0, height = 0] = sizeOf(await barcode(url("Zeroth"), 1));
    expect([width > 20, width === height]).toEqual([true, true]);
  });

  it("has a key of the wanted size, never the same twice", () => {
    const keys = [20, 64].map((size) => newKey(systemRandom, size).reveal());
    expect(keys.map(({ length }) => length)).toEqual([20, 64]);
    expect(newKey(systemRandom, 20).reveal()).not.toEqual(keys[0]);
    expect(JSON.stringify(newKey(systemRandom, 20))).toBe('"[redacted]"');
  });
});
