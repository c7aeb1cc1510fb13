import type { RandomSource } from "../../../../std/random.ts";
import { type HashName, hashBytes, hashOf } from "./hashes.ts";

/**
 * The encoding of RSASSA-PSS around a hash that the caller made. node:crypto encodes messages only, so this is for
 * `prehashed` alone; hash function and RSA itself are node's. Decision 35 says which libraries were looked at. Source:
 * RFC 8017, section 9.1 and appendix B.2.1.
 *
 * Security: there is one way to encode. What is verified is encoded again with the salt it shows, and compared whole, so
 * that no byte of it goes unchecked.
 */

/** `auto`: as long as the key allows when signing, any when verifying. */
export type SaltLength = "auto" | "hash" | number;

const TRAILER = 0xbc;
const PADDING = new Uint8Array(8);

const mask = (hash: HashName, seed: Uint8Array, length: number): Buffer => {
  const parts: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let made = 0, index = 0; made < length; made += hashBytes(hash), index++) {
    counter.writeUInt32BE(index);
    parts.push(hashOf(hash, Buffer.concat([seed, counter])));
  }
  return Buffer.concat(parts).subarray(0, length);
};

interface Shape {
  /** Bytes of the encoded message. */
  readonly length: number;
  /** The bits of its first byte that it may use. */
  readonly first: number;
}

const shapeOf = (modulusBits: number): Shape => {
  const bits = modulusBits - 1;
  const length = Math.ceil(bits / 8);
  return { length, first: 0xff >> (8 * length - bits) };
};

/** Masks a block by its seal, or takes the mask off. */
const masked = (hash: HashName, seal: Uint8Array, block: Uint8Array, first: number): Buffer => {
  const made = mask(hash, seal, block.length).map((byte, at) => byte ^ (block[at] ?? 0));
  made[0] = (made[0] ?? 0) & first;
  return Buffer.from(made);
};

/** The longest salt that a key has room for. */
export const longestSalt = (modulusBits: number, hash: HashName): number =>
  shapeOf(modulusBits).length - 2 - hashBytes(hash);

const encode = (modulusBits: number, hash: HashName, digest: Uint8Array, salt: Uint8Array): Buffer => {
  const { length, first } = shapeOf(modulusBits);
  const seal = hashOf(hash, Buffer.concat([PADDING, digest, salt]));
  const block = Buffer.alloc(length - seal.length - 1);
  block[block.length - salt.length - 1] = 1;
  block.set(salt, block.length - salt.length);
  const encoded = [masked(hash, seal, block, first), seal, Uint8Array.of(TRAILER)];
  return Buffer.concat([Buffer.alloc(Math.ceil(modulusBits / 8) - length), ...encoded]);
};

/** The number to raise to the private exponent, as long as the modulus. `saltLength`: at most `longestSalt`. */
export const encodePss = (
  modulusBits: number,
  hash: HashName,
  digest: Uint8Array,
  saltLength: SaltLength,
  random: RandomSource,
): Buffer => {
  const named = saltLength === "hash" ? hashBytes(hash) : saltLength;
  const salt = random.bytes(named === "auto" ? longestSalt(modulusBits, hash) : named);
  return encode(modulusBits, hash, digest, salt);
};

/** Whether an encoded message, as long as the modulus, is of this hash. */
export const isPssOf = (
  modulusBits: number,
  hash: HashName,
  digest: Uint8Array,
  saltLength: SaltLength,
  whole: Uint8Array,
): boolean => {
  const { length, first } = shapeOf(modulusBits);
  const encoded = whole.subarray(whole.length - length);
  const end = length - hashBytes(hash) - 1;
  const block = masked(hash, encoded.subarray(end, -1), encoded.subarray(0, end), first);
  const salt = block.subarray(block.findIndex((byte) => byte !== 0) + 1);
  const wanted = saltLength === "hash" ? hashBytes(hash) : saltLength;
  // A block of zeros shows a salt that is too long for the key.
  if (salt.length > longestSalt(modulusBits, hash) || (wanted !== "auto" && salt.length !== wanted)) return false;
  return encode(modulusBits, hash, digest, salt).equals(whole);
};
