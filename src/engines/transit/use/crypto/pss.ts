import type { RandomSource } from "../../../../std/random.ts";
import { type HashName, hashBytes, hashOf } from "./hashes.ts";

/**
 * The encoding of RSASSA-PSS around a hash that the caller made. node:crypto encodes messages only, so this is for
 * `prehashed` alone; hash function and RSA itself are node's. Source: RFC 8017, section 9.1 and appendix B.2.1.
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

const xor = (a: Uint8Array, b: Uint8Array): Buffer => Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));

const sealOf = (hash: HashName, digest: Uint8Array, salt: Uint8Array): Buffer =>
  hashOf(hash, Buffer.concat([PADDING, digest, salt]));

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

/** The longest salt that a key has room for. */
export const longestSalt = (modulusBits: number, hash: HashName): number =>
  shapeOf(modulusBits).length - 2 - hashBytes(hash);

/** The number to raise to the private exponent, as long as the modulus. */
export const encodePss = (
  modulusBits: number,
  hash: HashName,
  digest: Uint8Array,
  saltLength: SaltLength,
  random: RandomSource,
): Buffer => {
  const { length, first } = shapeOf(modulusBits);
  const longest = longestSalt(modulusBits, hash);
  const salt = random.bytes(saltLength === "auto" ? longest : saltLength === "hash" ? hashBytes(hash) : saltLength);
  const seal = sealOf(hash, digest, salt);
  const block = Buffer.alloc(length - seal.length - 1);
  block[block.length - salt.length - 1] = 1;
  block.set(salt, block.length - salt.length);
  const masked = xor(block, mask(hash, seal, block.length));
  masked[0] = (masked[0] ?? 0) & first;
  const encoded = Buffer.concat([masked, seal, Uint8Array.of(TRAILER)]);
  return Buffer.concat([Buffer.alloc(Math.ceil(modulusBits / 8) - length), encoded]);
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
  const before = whole.length - length;
  const encoded = whole.subarray(before);
  const blockLength = length - hashBytes(hash) - 1;
  if (whole.subarray(0, before).some((byte) => byte !== 0) || encoded.at(-1) !== TRAILER || blockLength < 1) {
    return false;
  }
  const masked = encoded.subarray(0, blockLength);
  const seal = encoded.subarray(blockLength, -1);
  if (((masked[0] ?? 0) & ~first) !== 0) return false;
  const block = xor(masked, mask(hash, seal, blockLength));
  block[0] = (block[0] ?? 0) & first;
  const one = block.findIndex((byte) => byte !== 0);
  if (one < 0 || block[one] !== 1) return false;
  const salt = block.subarray(one + 1);
  const wanted = saltLength === "hash" ? hashBytes(hash) : saltLength;
  if (wanted !== "auto" && salt.length !== wanted) return false;
  return sealOf(hash, digest, salt).equals(seal);
};
