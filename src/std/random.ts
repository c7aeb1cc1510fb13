import { randomBytes } from "node:crypto";

/** Where randomness comes from. Injected everywhere, so that a test can repeat itself. */
export interface RandomSource {
  bytes(length: number): Uint8Array;
}

export const systemRandom: RandomSource = { bytes: (length) => randomBytes(length) };

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
