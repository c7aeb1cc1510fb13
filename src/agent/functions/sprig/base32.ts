import { type Room, textOfBytes } from "../../../go-template/index.ts";

/** Base32. Source: RFC 4648, section 6. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export const encodeBase32 = (bytes: Uint8Array, room: Room): string => {
  const length = Math.ceil(bytes.length / 5) * 8;
  room.text(length);
  const digits = Buffer.alloc(length, "=");
  let [written, held, bits] = [0, 0, 0];
  const put = (five: number): void => {
    digits[written] = ALPHABET.charCodeAt(five & 31);
    written += 1;
  };
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      put(held >> bits);
    }
  }
  if (bits > 0) put(held << (5 - bits));
  return digits.toString("latin1");
};

/** Digits that the last group may have. */
const LAST = new Set([0, 2, 4, 5, 7]);

/** Like the original it answers what is wrong as if it were the text. */
export const decodeBase32 = (given: string): string => {
  const text = given.replace(/[\r\n]/g, "");
  const digits = /^[A-Z2-7]*/.exec(text)?.[0] ?? "";
  const isWhole = text.length % 8 === 0 && /^=*$/.test(text.slice(digits.length)) && LAST.has(digits.length % 8);
  if (!isWhole || text.length - digits.length > 6) return `illegal base32 data at input byte ${digits.length}`;
  const bits = [...digits].map((digit) => ALPHABET.indexOf(digit).toString(2).padStart(5, "0")).join("");
  return textOfBytes(Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2)));
};
