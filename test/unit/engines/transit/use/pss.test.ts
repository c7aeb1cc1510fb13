import {
  constants,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  sign,
  verify,
} from "node:crypto";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { hashBytes, hashOf, nodeName } from "../../../../../src/engines/transit/use/crypto/hashes.ts";
import { encodePss, isPssOf, longestSalt } from "../../../../../src/engines/transit/use/crypto/pss.ts";
import { HASHES, type HashName, isHashName } from "../../../../../src/std/hashes.ts";
import { systemRandom } from "../../../../../src/std/random.ts";

/** The encoding against OpenSSL's own, which does it for messages: by every hash, and for moduli of every remainder by 8. */

const MESSAGE = Buffer.from("the quick brown fox");
const PADDING = constants.RSA_PKCS1_PSS_PADDING;
const RAW = constants.RSA_NO_PADDING;
const names = Object.keys(HASHES).filter(isHashName);

interface Pair {
  readonly bits: number;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
let pairs: readonly Pair[] = [];
beforeAll(() => {
  pairs = Array.from({ length: 8 }, (_, more) => {
    const bits = 1100 + more;
    return { bits, ...generateKeyPairSync("rsa", { modulusLength: bits }) };
  });
});

/** The lengths at the edges, and those of `hash`. */
const saltsOf = (bits: number, hash: HashName): readonly number[] => {
  const longest = longestSalt(bits, hash);
  return [0, 1, Math.min(hashBytes(hash), longest), longest];
};

const encodedBy = ({ privateKey, publicKey }: Pair, hash: HashName, saltLength: number): Buffer => {
  const signature = sign(nodeName(hash), MESSAGE, { key: privateKey, padding: PADDING, saltLength });
  return publicDecrypt({ key: publicKey, padding: RAW }, signature);
};

describe("PSS around a hash", () => {
  it.each(names)("%s: OpenSSL takes what is made here", (hash) => {
    for (const { bits, privateKey, publicKey } of pairs) {
      for (const saltLength of saltsOf(bits, hash)) {
        const encoded = encodePss(bits, hash, hashOf(hash, MESSAGE), saltLength, systemRandom);
        const signature = privateEncrypt({ key: privateKey, padding: RAW }, encoded);
        expect(verify(nodeName(hash), MESSAGE, { key: publicKey, padding: PADDING, saltLength }, signature)).toBe(true);
      }
    }
  });

  it.each(names)("%s: what OpenSSL makes is taken, by the length of its salt or any, and by no other", (hash) => {
    const digest = hashOf(hash, MESSAGE);
    for (const pair of pairs) {
      for (const length of saltsOf(pair.bits, hash)) {
        const encoded = encodedBy(pair, hash, length);
        const taken = [length, "auto", length + 1, length - 1] as const;
        expect(taken.map((salt) => isPssOf(pair.bits, hash, digest, salt, encoded))).toEqual([
          true,
          true,
          false,
          false,
        ]);
      }
    }
  });

  it("auto fills the key when signing, and hash is as long as the hash", () => {
    const digest = hashOf("sha2-256", MESSAGE);
    const auto = encodePss(1100, "sha2-256", digest, "auto", systemRandom);
    const equal = encodePss(1100, "sha2-256", digest, "hash", systemRandom);
    const longest = longestSalt(1100, "sha2-256");
    const taken = [longest, 32, "hash"] as const;
    expect(taken.map((salt) => isPssOf(1100, "sha2-256", digest, salt, auto))).toEqual([true, false, false]);
    expect(taken.map((salt) => isPssOf(1100, "sha2-256", digest, salt, equal))).toEqual([false, true, true]);
  });

  it("is refused with any bit changed, whatever length the salt is taken to have", () => {
    for (const pair of [pairs[0], pairs[1]]) {
      if (!pair) throw new Error("no pair");
      const digest = hashOf("sha2-256", MESSAGE);
      const encoded = encodedBy(pair, "sha2-256", 32);
      const taken = Array.from({ length: encoded.length * 8 }, (_, bit) => {
        const bytes = Buffer.from(encoded);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return isPssOf(pair.bits, "sha2-256", digest, "auto", bytes);
      });
      expect(taken).not.toContain(true);
    }
  });

  it("is refused where there is no salt, or anything but zeros in front of it", () => {
    const digest = hashOf("sha2-256", MESSAGE);
    const blocks = [Buffer.alloc(138), Buffer.alloc(138, 0xff), Buffer.alloc(138, 1)];
    for (const salt of ["auto", "hash", longestSalt(1100, "sha2-256") + 1] as const) {
      expect(blocks.map((bytes) => isPssOf(1100, "sha2-256", digest, salt, bytes))).toEqual([false, false, false]);
    }
  });
});
