import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createDataKey } from "../../../src/crypto/envelope.ts";
import { type DataKey, OpenRefused, OVERHEAD, open, type Place, seal } from "../../../src/crypto/index.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";
import { ciphertextForTwoKeys, gcmOpens, referenceKeys, referenceSeal } from "../../support/envelope.ts";
import { anyText } from "../../support/text.ts";

const keyOf = (bytes: Uint8Array, version = 1): DataKey => createDataKey(version, bytes);
const BYTES = Buffer.alloc(32, 7);
const KEY = keyOf(BYTES);
const PLACE = { table: "t", pk: "data#kv:1", sk: "abc", clear: [42, 1000, 2000, "202611222100", 3, 1] };
const PLAIN = Buffer.from("a secret that nobody shall see");

const sealed = (place: Place = PLACE, key: DataKey = KEY): Buffer => seal(key, place, PLAIN, systemRandom);
const flip = (bytes: Buffer, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
};

const refuses = (body: Buffer): boolean => {
  try {
    open(KEY, PLACE, body);
    return false;
  } catch (error) {
    return error instanceof OpenRefused;
  }
};

describe("seal and open", () => {
  it("give back what was sealed, whatever the bytes and the place", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), anyText(), anyText(), (plain, pk, sk) => {
        const place: Place = { table: "t", pk, sk, clear: [1, undefined] };
        return open(KEY, place, seal(KEY, place, plain, systemRandom)).equals(plain);
      }),
    );
  });

  it("agree with a second implementation of the format, whatever key, place, holder and bytes", () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((key) => Buffer.from(key));
    const clear = fc.array(fc.oneof(fc.integer(), anyText(), fc.constant(undefined)), { maxLength: 7 });
    const holder = fc.option(anyText(), { nil: undefined });
    const version = fc.integer({ min: 1, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(bytes, version, anyText(), anyText(), clear, holder, (key, keyVersion, pk, sk, fields, held) => {
        const iv = randomBytes(12);
        const place = { table: "t", pk, sk, clear: fields };
        const ours: Place = { ...place, holder: held === undefined ? undefined : new Sensitive(held) };
        const theirs = held === undefined ? place : { ...place, holder: held };
        const body = seal(createDataKey(keyVersion, key), ours, PLAIN, { bytes: () => iv });
        return body.equals(referenceSeal(key, keyVersion, theirs, iv, PLAIN));
      }),
    );
  });

  it("do not touch the bytes a data key is made of, nor those that are sealed or opened", () => {
    const bytes = Buffer.from(BYTES);
    const plain = Buffer.from(PLAIN);
    const body = seal(createDataKey(1, bytes), PLACE, plain, systemRandom);
    const copy = Buffer.from(body);

    expect(open(KEY, PLACE, body)).toEqual(PLAIN);
    expect([bytes, plain, body]).toEqual([BYTES, PLAIN, copy]);
  });

  it("add the overhead they claim", () => {
    expect(sealed()).toHaveLength(PLAIN.length + OVERHEAD);
  });

  it("refuse every single flipped bit (C05)", () => {
    const body = sealed();
    const bits = Array.from({ length: body.length * 8 }, (_, bit) => bit);
    expect(bits.filter((bit) => !refuses(flip(body, bit)))).toEqual([]);
  });

  it("refuse random damage to a large body (C05)", () => {
    const large = seal(KEY, PLACE, randomBytes(20_000), systemRandom);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: large.length * 8 - 1 }), (bit) => refuses(flip(large, bit))),
      { numRuns: 300 },
    );
  });

  it.each([1, 2, 3, 4, 8, 12, 15, 16, 17, 40])("refuse a body cut by %i bytes (C06)", (bytes) => {
    expect(() => open(KEY, PLACE, sealed().subarray(0, -bytes))).toThrow(OpenRefused);
  });

  it.each([4, 8, 12, 13, 14, 15])("refuse a tag cut to its first %i bytes (C06)", (kept) => {
    const body = sealed();
    expect(() => open(KEY, PLACE, Buffer.concat([body.subarray(0, -16), body.subarray(-16, -16 + kept)]))).toThrow(
      OpenRefused,
    );
  });

  it("refuse a body with bytes behind the tag (C06)", () => {
    expect(() => open(KEY, PLACE, Buffer.concat([sealed(), Buffer.of(0)]))).toThrow(OpenRefused);
  });

  it.each([0, 1, 8, 11, 13, 16])("refuse an IV of %i bytes (C07)", (length) => {
    const body = sealed();
    const other = Buffer.concat([body.subarray(0, 5), randomBytes(length), body.subarray(17)]);
    expect(() => open(KEY, PLACE, other)).toThrow(OpenRefused);
  });

  it("refuse to seal when the random source gives too few bytes (C07)", () => {
    expect(() => seal(KEY, PLACE, PLAIN, { bytes: () => Buffer.alloc(8) })).toThrow(RangeError);
  });

  it("never use an IV twice under one write number (C09)", () => {
    const seen = new Set(Array.from({ length: 5000 }, () => sealed().subarray(5, 17).toString("hex")));
    expect(seen.size).toBe(5000);
  });

  it.each<[string, Partial<Place>]>([
    ["table", { table: "u" }],
    ["partition key", { pk: "data#kv:2" }],
    ["sort key", { sk: "abd" }],
    ["border between the keys", { pk: "data#kv:1a", sk: "bc" }],
    ["write number", { clear: [43, 1000, 2000, "202611222100", 3, 1] }],
    ["end", { clear: [42, 1001, 2000, "202611222100", 3, 1] }],
    ["time to live", { clear: [42, 1000, undefined, "202611222100", 3, 1] }],
    ["bucket", { clear: [42, 1000, 2000, "202611222101", 3, 1] }],
    ["shard", { clear: [42, 1000, 2000, "202611222100", 4, 1] }],
    ["number of parts", { clear: [42, 1000, 2000, "202611222100", 3, 2] }],
    ["holder", { holder: new Sensitive("hvs.token") }],
  ])("refuse a body at another %s (C01, C03)", (_, change) => {
    expect(() => open(KEY, { ...PLACE, ...change }, sealed())).toThrow(OpenRefused);
  });

  it("open for the holder and nobody else (C27)", () => {
    const held = { ...PLACE, holder: new Sensitive("hvs.mine") };
    const body = sealed(held);

    expect(open(KEY, held, body)).toEqual(PLAIN);
    expect(() => open(KEY, PLACE, body)).toThrow(OpenRefused);
    expect(() => open(KEY, { ...PLACE, holder: new Sensitive("hvs.other") }, body)).toThrow(OpenRefused);
  });

  it("refuse another data key of the same version (C12)", () => {
    expect(() => open(keyOf(randomBytes(32)), PLACE, sealed())).toThrow(OpenRefused);
  });

  it("refuse another version of the same data key (C12)", () => {
    expect(() => open(keyOf(BYTES, 2), PLACE, sealed())).toThrow(OpenRefused);
  });

  it.each([0, 2, 255])("refuse format %i (C13)", (format) => {
    const body = sealed();
    body.writeUInt8(format, 0);
    expect(() => open(KEY, PLACE, body)).toThrow(OpenRefused);
  });

  it("refuse plain AES-GCM without a commitment (C13)", () => {
    const body = sealed();
    expect(() => open(KEY, PLACE, Buffer.concat([body.subarray(0, 17), body.subarray(49)]))).toThrow(OpenRefused);
  });

  it("refuse a ciphertext that plain AES-GCM would accept under two keys (C11)", () => {
    const iv = randomBytes(12);
    const other = randomBytes(32);
    const one = referenceKeys(BYTES, 1, PLACE);
    const two = referenceKeys(other, 1, PLACE);
    const { body, tag } = ciphertextForTwoKeys(
      iv,
      { key: one.cipherKey, aad: one.context },
      { key: two.cipherKey, aad: two.context },
    );
    const forged = Buffer.concat([Buffer.of(1, 0, 0, 0, 1), iv, one.commitment, body, tag]);

    expect(gcmOpens(one.cipherKey, iv, one.context, body, tag)).toBe(true);
    expect(gcmOpens(two.cipherKey, iv, two.context, body, tag)).toBe(true);
    expect(open(KEY, PLACE, forged)).toHaveLength(16);
    expect(() => open(keyOf(other), PLACE, forged)).toThrow("not committed");
  });
});
