import { createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import {
  barcode,
  codeAt,
  keyFromBase32,
  matchingSteps,
  newKey,
  otpauthUrl,
  qrCode,
  type TotpRules,
} from "../../../src/otp/index.ts";
import { isCode } from "../../../src/otp/totp.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";
import { seconds } from "../../../src/std/time.ts";
import { codePoint } from "../../support/text.ts";

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

/** RFC 4226, section 5.3, from its text: an oracle that shares nothing with the package. */
const oracle = (key: Uint8Array, { algorithm, digits, period }: TotpRules, nowMs: number): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 1000 / period)));
  const mac = createHmac(algorithm, key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, "0");
};

/** RFC 4648, bit by bit. */
const toBase32 = (bytes: Uint8Array): string => {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const quintets = bits.match(/.{1,5}/g) ?? [];
  return quintets.map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
};

const anyKey = fc.uint8Array({ minLength: 1, maxLength: 130 });
const anyRules: fc.Arbitrary<TotpRules> = fc.record({
  algorithm: fc.constantFrom("SHA1", "SHA256", "SHA512"),
  digits: fc.constantFrom(6, 8),
  period: fc.integer({ min: 1, max: 2_000_000_000 }).map(seconds),
  skew: fc.constantFrom(0, 1),
});
const anyTime = fc.integer({ min: 0, max: 8_000_000_000_000 });

describe("codes by time", () => {
  it.each(VECTORS)("are those of RFC 6238 at %s s", (at, ...codes) => {
    for (const [index, algorithm] of (["SHA1", "SHA256", "SHA512"] as const).entries()) {
      const steps = matchingSteps(KEYS[algorithm], rulesOf(algorithm), codes[index] ?? "", at * 1000);
      expect([algorithm, steps]).toEqual([algorithm, [Math.floor(at / 30)]]);
    }
  });

  it.each(VECTORS)("are told as those of RFC 6238 at %s s, with the end of their step", (at, ...codes) => {
    for (const [index, algorithm] of (["SHA1", "SHA256", "SHA512"] as const).entries()) {
      const code = codes[index] ?? "";
      const ends = (Math.floor(at / 30) + 1) * 30;
      expect(codeAt(KEYS[algorithm], rulesOf(algorithm), at * 1000)).toEqual({ code, ends });
      const six = codeAt(KEYS[algorithm], rulesOf(algorithm, { digits: 6 }), at * 1000);
      expect(six).toEqual({ code: code.slice(2), ends });
    }
  });

  it("are those of the RFC's own arithmetic for any key, rules and time, and are right when they are told", () => {
    fc.assert(
      fc.property(anyKey, anyRules, anyTime, (bytes, rules, now) => {
        const own = new Sensitive(bytes);
        const { code, ends } = codeAt(own, rules, now);
        expect(code).toBe(oracle(bytes, rules, now));
        expect(ends * 1000).toBeGreaterThan(now);
        expect((ends - rules.period) * 1000).toBeLessThanOrEqual(now);
        expect(matchingSteps(own, rules, code, now)).toContain(ends / rules.period - 1);
      }),
    );
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
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{8}$/), fc.string({ unit: codePoint })), (text) => {
        const steps = matchingSteps(KEYS.SHA1, rulesOf("SHA1"), text, 59_000);
        return steps.length === (text === right ? 1 : 0);
      }),
    );
  });
});

describe("a key in base32", () => {
  const read = (text: string) => {
    const found = keyFromBase32(text);
    return typeof found === "number" ? found : Buffer.from(found.reveal()).toString("hex");
  };

  it("is any bytes, in either case, padded or not", () => {
    fc.assert(
      fc.property(anyKey, fc.boolean(), fc.boolean(), (bytes, isLower, isPadded) => {
        const text = toBase32(bytes);
        const cased = isLower ? text.toLowerCase() : text;
        const padded = isPadded ? cased.padEnd(Math.ceil(cased.length / 8) * 8, "=") : cased;
        expect(read(padded)).toBe(Buffer.from(bytes).toString("hex"));
      }),
    );
  });

  it.each([
    ["not base32!", 3],
    ["GEZDGNBV1", 8],
    ["G", 1],
    ["GEZ", 3],
    [" GEZDGNBVGY3TQOJ", 0],
    ["GEZD GNBV GY3T QOJQ", 4],
    ["=", 0],
    ["========", 0],
    ["GE==GE==", 2],
    ["GEZDGNB٧", 7],
  ])("is not %j, and says where it goes wrong", (text, at) => {
    expect(read(text)).toBe(at);
  });

  it("is never empty and never anything else than bytes or a place", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z2-7=\n]{1,20}$/)), (text) => {
        fc.pre(text !== "");
        const found = keyFromBase32(text);
        if (typeof found === "number") expect(found).toBeLessThanOrEqual(text.length);
        else expect(found.reveal().length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("the enrolment of an app", () => {
  const url = (issuer: string) =>
    otpauthUrl({ issuer, account: "a b/c", rules: rulesOf("SHA1", { digits: 6 }), key: KEYS.SHA1 });

  it("is an address that other programs read", () => {
    expect(url("My Company: R&D")).toBe(
      "otpauth://totp/My%20Company:%20R&D:a%20b/c?algorithm=SHA1&digits=6&issuer=My%20Company:%20R%26D&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    );
    const { searchParams } = new URL(url("My Company: R&D"));
    expect(searchParams.get("issuer")).toBe("My Company: R&D");
  });

  it("escapes what Go escapes in a path, and in the issuer what an app would read otherwise", () => {
    const odd = "A&B +=;,/?#%:@é!*'()";
    const label = "A&B%20+=;,/%3F%23%25:@%C3%A9%21%2A%27%28%29";
    const value = "A%26B%20%2B=%3B%2C%2F%3F%23%25:@%C3%A9%21%2A%27%28%29";
    expect(otpauthUrl({ issuer: odd, account: odd, rules: rulesOf("SHA1"), key: KEYS.SHA1 })).toBe(
      `otpauth://totp/${label}:${label}?algorithm=SHA1&digits=8&issuer=${value}&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ`,
    );
  });

  it("gives an app its issuer and its key back, whatever the names are", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: "grapheme" }),
        anyKey,
        (issuer, account, bytes) => {
          const rules = rulesOf("SHA256");
          const { searchParams } = new URL(otpauthUrl({ issuer, account, rules, key: new Sensitive(bytes) }));
          expect([...searchParams]).toEqual([
            ["algorithm", "SHA256"],
            ["digits", "8"],
            ["issuer", issuer],
            ["period", "30"],
            ["secret", toBase32(bytes)],
          ]);
        },
      ),
    );
  });

  const seen = (png: string) => {
    const { data, width, height } = PNG.sync.read(Buffer.from(png, "base64"));
    return { width, height, text: jsqr(new Uint8ClampedArray(data), width, height)?.data };
  };

  it("is a picture that a camera reads, as wide and high as wanted", async () => {
    const text = url("Zeroth");
    const code = await qrCode(text);
    if (!code) throw new Error("it fits");
    for (const pixels of [111, 150, 200]) {
      expect(seen(await code.draw(pixels))).toEqual({ width: pixels, height: pixels, text });
    }
  });

  it("is drawn at any size from the least, to the pixel", async () => {
    const code = await qrCode("otpauth://totp/a:b");
    if (!code) throw new Error("it fits");
    const sizes = [0, 1, 2, 3, 5, 7, 8, 9, 13, 27, 49, 78].map((more) => code.least + more);
    for (const pixels of sizes) {
      const bytes = Buffer.from(await code.draw(pixels), "base64");
      expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([pixels, pixels]);
    }
  });

  it("has no picture when it is too long for one", async () => {
    expect(await qrCode("x".repeat(2331))).toBeDefined();
    expect(await qrCode("x".repeat(2332))).toBeUndefined();
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
