import { isSpace, lowerChar, titleChar, upperChar } from "../go/text.ts";

/** Words within texts: their first letters, their case, and names written in another manner. */

const isSeparator = (char: string): boolean => {
  if (/^[A-Za-z0-9_]$/.test(char)) return false;
  if (/^[\0-\x7f]$/.test(char)) return true;
  return !/^[\p{L}\p{Nd}]$/u.test(char) && isSpace(char);
};

/** Go's `strings.Title`. */
export const titleSimple = (text: string): string => {
  let before = " ";
  let made = "";
  for (const char of text) {
    made += isSeparator(before) ? titleChar(char) : char;
    before = char;
  }
  return made;
};

export const untitle = (text: string): string => {
  let first = true;
  let made = "";
  for (const char of text) {
    made += first && !isSpace(char) ? lowerChar(char) : char;
    first = isSpace(char);
  }
  return made;
};

const isUpper = (char: string): boolean => /^\p{Lu}$/u.test(char);
const isTitle = (char: string): boolean => /^\p{Lt}$/u.test(char);
const isLower = (char: string): boolean => /^\p{Ll}$/u.test(char);

export const swapCase = (text: string): string => {
  let afterSpace = true;
  let made = "";
  for (const char of text) {
    if (isUpper(char) || isTitle(char)) made += lowerChar(char);
    else if (isLower(char)) made += afterSpace ? titleChar(char) : upperChar(char);
    else made += char;
    afterSpace = isUpper(char) || isTitle(char) || isLower(char) ? false : isSpace(char);
  }
  return made;
};

/** Each byte for a character, as the original has it. */
const charsOf = (bytes: Uint8Array): readonly string[] => [...bytes].map((byte) => String.fromCharCode(byte));

export const initials = (bytes: Uint8Array): string =>
  charsOf(bytes)
    .filter((char, at, chars) => !isSpace(char) && (at === 0 || isSpace(chars[at - 1] ?? "")))
    .join("");

export const withoutSpace = (text: string, bytes: Uint8Array): string => {
  const chars = charsOf(bytes);
  return chars.some(isSpace) ? chars.filter((char) => !isSpace(char)).join("") : text;
};

const isConnector = (char: string): boolean => char === "-" || char === "_" || isSpace(char);

/** `http_server` is `HttpServer`; connectors at the beginning stay. */
export const camelCase = (text: string): string => {
  const chars = [...text];
  const first = chars.findIndex((char) => !isConnector(char));
  // One that is nothing else gets its last one twice, as in the original.
  if (first < 0) return text + (chars.at(-1) ?? "");
  let made = chars.slice(0, first).join("");
  let last = upperChar(chars[first] ?? "");
  for (const char of chars.slice(first + 1)) {
    if (isConnector(char) && isConnector(last)) made += last;
    else if (!isConnector(last)) made += last;
    last = isConnector(last) && !isConnector(char) ? upperChar(char) : char;
  }
  return made + last;
};
