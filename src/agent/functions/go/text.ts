import { bytesOfText, occurrences, type Room, textOfBytes } from "../../../go-template/index.ts";

/** Go's `strings` and `unicode`, where JavaScript's own functions answer otherwise. */

/** `unicode.IsSpace` */
const SPACE = "\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LEADING = new RegExp(`^[${SPACE}]+`);
const IS_SPACE = new RegExp(`^[${SPACE}]$`);

export const isSpace = (char: string): boolean => IS_SPACE.test(char);

export const trimSpace = (text: string): string => {
  let end = text.length;
  // Backwards by hand: a pattern that ends in `$` looks at every run of blanks again and again.
  while (end > 0 && isSpace(text[end - 1] ?? "")) end -= 1;
  return text.slice(0, end).replace(LEADING, "");
};

/** `strings.Trim`: whichever of these characters stand at the ends. */
export const trimAny = (text: string, cutset: string): string => {
  const cut = new Set(cutset);
  const chars = [...text];
  let [from, to] = [0, chars.length];
  while (from < to && cut.has(chars[from] ?? "")) from += 1;
  while (to > from && cut.has(chars[to - 1] ?? "")) to -= 1;
  return chars.slice(from, to).join("");
};

export const withoutPrefix = (text: string, prefix: string): string =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text;
export const withoutSuffix = (text: string, suffix: string): string =>
  suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;

/** `strings.Split`; an empty separator splits between characters. */
export const splitText = (text: string, separator: string, room: Room): readonly string[] => {
  if (separator === "") {
    room.step(text.length);
    return [...text];
  }
  room.step(occurrences(text, separator));
  return text.split(separator);
};

/** `strings.SplitN` */
export const splitAtMost = (text: string, separator: string, most: bigint, room: Room): readonly string[] => {
  if (most === 0n) return [];
  const parts = splitText(text, separator, room);
  if (most < 0n || BigInt(parts.length) <= most) return parts;
  const kept = Number(most) - 1;
  return [...parts.slice(0, kept), parts.slice(kept).join(separator)];
};

/** A character whose upper case is several has another single one, or none, in Go. */
const GREEK_UPPER = /^[\u1f80-\u1faf\u1fb3\u1fc3\u1ff3]$/;
const greekUpper = (char: string): string => {
  const code = char.charCodeAt(0);
  if (code >= 0x1fb0) return String.fromCharCode(code + 9);
  return code % 16 < 8 ? String.fromCharCode(code + 8) : char;
};

/** A byte that is not text is replaced where Go walks over characters. */
const LONE = /^[\ud800-\udfff]$/;

export const upperChar = (char: string): string => {
  if (LONE.test(char)) return "\ufffd";
  const upper = char.toUpperCase();
  if (upper.length <= char.length) return upper;
  return GREEK_UPPER.test(char) ? greekUpper(char) : [...upper].length === 1 ? upper : char;
};

export const lowerChar = (char: string): string => {
  if (LONE.test(char)) return "\ufffd";
  return char === "\u0130" ? "i" : char.toLowerCase();
};

const ASCII = /^[\0-\x7f]*$/;
export const toUpper = (text: string): string =>
  ASCII.test(text) ? text.toUpperCase() : [...text].map(upperChar).join("");
export const toLower = (text: string): string =>
  ASCII.test(text) ? text.toLowerCase() : [...text].map(lowerChar).join("");

/** Letters that are two in one have a case between upper and lower. */
const DIGRAPHS: Readonly<Record<string, string>> = {
  "\u01c4": "\u01c5",
  "\u01c5": "\u01c5",
  "\u01c6": "\u01c5",
  "\u01c7": "\u01c8",
  "\u01c8": "\u01c8",
  "\u01c9": "\u01c8",
  "\u01ca": "\u01cb",
  "\u01cb": "\u01cb",
  "\u01cc": "\u01cb",
  "\u01f1": "\u01f2",
  "\u01f2": "\u01f2",
  "\u01f3": "\u01f2",
};

/** `unicode.ToTitle`; Georgian has no title case. */
export const titleChar = (char: string): string =>
  DIGRAPHS[char] ?? (/^[\u10d0-\u10ff]$/.test(char) ? char : upperChar(char));

/** The full title case of Unicode, in which one character may become several. */
const fullTitle = (char: string): string => {
  const upper = char.toUpperCase();
  const [first = "", ...rest] = upper;
  if (rest.length === 0 || GREEK_UPPER.test(char)) return titleChar(char);
  return first + rest.join("").toLowerCase();
};

const CASED = /^\p{Cased}$/u;
const WITHIN_WORD = /^['.:\u00b7\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a]$/;
const GOES_ON = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Cf}]$/u;
const ENDS = /^[\p{Ideographic}\p{Script=Hiragana}]$/u;

/** Upper case at the beginning of each word, the rest as it is. Source: golang.org/x/text/cases, `Title(NoLower)`. */
export const titleWords = (text: string): string => {
  let within = false;
  let wasMiddle = false;
  let made = "";
  for (const char of text) {
    const middle = WITHIN_WORD.test(char);
    if (wasMiddle && middle) within = false;
    if (CASED.test(char)) {
      made += within ? char : fullTitle(char);
      within = true;
    } else {
      made += char;
      if (!middle && (!GOES_ON.test(char) || ENDS.test(char))) within = false;
    }
    wasMiddle = middle;
  }
  return made;
};

/** A part of a text by the numbers of its bytes, which may lie within a character. */
export const byteSlice = (text: string, from: number, to: number): string =>
  ASCII.test(text) ? text.slice(from, to) : textOfBytes(bytesOfText(text).subarray(from, to));

export const byteLength = (text: string): number => (ASCII.test(text) ? text.length : bytesOfText(text).length);
