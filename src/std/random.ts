import { randomFillSync } from "node:crypto";

/** Where randomness comes from. Injected everywhere, so that a test can repeat itself. */
export interface RandomSource {
  bytes(length: number): Uint8Array;
}

const POOL_BYTES = 512;
const LARGEST_FROM_POOL = 64;

/**
 * Draws many bytes at once and gives them out piece by piece: most pieces are of 8 to 32 bytes, and asking takes
 * thirty times as long as copying.
 *
 * Security: no byte is given out twice, and none stays in the pool once it was; a draw that fails leaves the pool empty.
 * Nothing is drawn before the first piece is asked for, and every process and thread has a pool of its own. A process
 * that was copied while it ran would repeat the rest of its pool, as it would repeat the generator behind it: no
 * function starts from a snapshot (`test/infra`).
 */
export const pooledRandom = (draw: (into: Uint8Array) => void): RandomSource => {
  const pool = new Uint8Array(POOL_BYTES);
  let at = POOL_BYTES;

  return {
    bytes: (length) => {
      // The pool would go back to what it gave out and erased.
      if (!Number.isInteger(length) || length < 0) throw new RangeError("random bytes are counted from 0");
      if (length > LARGEST_FROM_POOL) {
        const own = new Uint8Array(length);
        draw(own);
        return own;
      }
      if (at + length > POOL_BYTES) {
        at = POOL_BYTES;
        draw(pool);
        at = 0;
      }
      const piece = pool.slice(at, at + length);
      pool.fill(0, at, at + length);
      at += length;
      return piece;
    },
  };
};

export const systemRandom: RandomSource = pooledRandom((into) => {
  randomFillSync(into);
});

/** At least 0 and below 1. */
export const fraction = (random: RandomSource): number => Buffer.from(random.bytes(4)).readUInt32BE(0) / 2 ** 32;

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Uniform characters from an alphabet of at most 256, by rejection, so that no character is likelier than another. */
export const randomText = (random: RandomSource, length: number, alphabet: string = BASE62): string => {
  const limit = 256 - (256 % alphabet.length);
  let out = "";
  while (out.length < length) {
    for (const byte of random.bytes(length - out.length + 8)) {
      if (byte < limit && out.length < length) out += alphabet[byte % alphabet.length];
    }
  }
  return out;
};

/** A version 4 UUID. Source: RFC 9562, section 5.4. */
export const uuid = (random: RandomSource): string => {
  const b = Buffer.from(random.bytes(16));
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = b.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};
