/**
 * The code that goes another way than the link, such as by phone: eight letters of Crockford's alphabet, 40 bits.
 * Written in two halves, read forgivingly. Source: https://www.crockford.com/base32.html
 */

declare const checked: unique symbol;
/** Eight letters of the alphabet, upper case, without a dash. */
export type Code = string & { readonly [checked]: true };

/** Fills the array with random bytes: `crypto.getRandomValues`. */
export type Fill = <T extends Uint8Array<ArrayBuffer>>(bytes: T) => T;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS = 8;
const BITS = 5;

const isCode = (text: string): text is Code =>
  text.length === LETTERS && [...text].every((letter) => ALPHABET.includes(letter));

/** 40 random bits, five for each letter, so that no letter is likelier than another. */
export const newCode = (fill: Fill): Code => {
  let bits = 0n;
  for (const byte of fill(new Uint8Array((LETTERS * BITS) / 8))) bits = (bits << 8n) | BigInt(byte);
  const code = Array.from({ length: LETTERS }, (_, at) =>
    ALPHABET.charAt(Number((bits >> BigInt(BITS * (LETTERS - 1 - at))) & 31n)),
  ).join("");
  if (!isCode(code)) throw new RangeError("a code has eight letters");
  return code;
};

export const shownCode = (code: Code): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** O is 0, I and L are 1; case, blanks and dashes do not matter. `undefined`: no code. */
export const readCode = (text: string): Code | undefined => {
  const letters = text
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}_.]/gu, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  return isCode(letters) ? letters : undefined;
};
