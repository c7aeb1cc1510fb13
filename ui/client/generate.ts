/** Passwords made in the browser, where no policy of the server is at hand. */

/** Fills the bytes with randomness; `crypto.getRandomValues` outside tests. */
export type Fill = (bytes: Uint8Array<ArrayBuffer>) => void;

const systemFill: Fill = (bytes) => {
  crypto.getRandomValues(bytes);
};

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 20;
/** What most sites ask for. A draw without one of them is thrown away whole, so that no place is likelier to hold it. */
const CLASSES = [/[A-Z]/, /[a-z]/, /\d/];

/** Bytes from here on would make the first characters of the alphabet likelier. */
const LIMIT = 256 - (256 % ALPHABET.length);

const draw = (fill: Fill): string => {
  let text = "";
  while (text.length < LENGTH) {
    const bytes = new Uint8Array(LENGTH);
    fill(bytes);
    for (const byte of bytes) {
      if (byte < LIMIT && text.length < LENGTH) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
};

/** 20 characters, each of 62 equally likely (119 bits), with a capital, a small letter and a digit among them. */
export const generatePassword = (fill: Fill = systemFill): string => {
  let text = draw(fill);
  while (!CLASSES.every((one) => one.test(text))) text = draw(fill);
  return text;
};
