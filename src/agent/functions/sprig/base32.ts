import { type Room, textOfBytes } from "../../../go-template/index.ts";

/** Base32. Source: RFC 4648, section 6. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export const encodeBase32 = (bytes: Uint8Array, room: Room): string => {
  const length = Math.ceil(bytes.length / 5) * 8;
  room.text(length);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const digits = (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, "0"), 2)]);
  return digits.join("").padEnd(length, "=");
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
