import type { RandomSource } from "../../std/random.ts";
import { colonHex } from "../certificate.ts";

/** Serial numbers: positive integers of at most 20 bytes, of which nobody guesses the next. */

const BYTES = 20;

/** 159 random bits, as the reference draws them; never 0. Big endian, without zeros in front. */
export const randomSerial = (random: RandomSource): Uint8Array => {
  for (;;) {
    const bytes = Uint8Array.from(random.bytes(BYTES));
    bytes[0] = (bytes[0] ?? 0) & 0x7f;
    const first = bytes.findIndex((byte) => byte !== 0);
    if (first >= 0) return bytes.subarray(first);
  }
};

/** `1a:0b:…`: lower case, two digits a byte. */
export const serialText = (serial: Uint8Array): string => colonHex(serial);
