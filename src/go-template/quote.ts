import { GO_LETTERS, goEscape } from "../std/go-quote.ts";
import { joined } from "./bytes.ts";

/** Go's quotes, both ways, around strings that may hold any bytes. Source: Go documentation, package strconv. */

/** Longest that one character becomes: `\U0010ffff`. */
export const LONGEST_ESCAPE = 10;

/** A byte that is not UTF-8 is written by its number. */
const escaped = (char: string, quote: string, ascii: boolean): string =>
  /^[\udc80-\udcff]$/.test(char) ? `\\x${(char.charCodeAt(0) & 0xff).toString(16)}` : goEscape(char, quote, ascii);

/** `strconv.Quote`; `ascii`: `strconv.QuoteToASCII`. */
export const quoted = (text: string, ascii = false): string =>
  `"${[...joined(text)].map((char) => escaped(char, '"', ascii)).join("")}"`;

/** `strconv.QuoteRune` of a character. */
export const quotedChar = (char: string, ascii = false): string => `'${escaped(char, "'", ascii)}'`;

/** Whether a text may be put between backquotes as it is. */
export const fitsBackquotes = (text: string): boolean =>
  !/[`\p{Cc}\ufeff\ud800-\udfff]/u.test(text.replace(/[\t\u0080-\u009f]/g, ""));

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\'"]))/y;

interface Meant {
  readonly char: string;
  readonly code: number;
}

const byteMeant = (code: number): Meant | undefined =>
  code > 0xff ? undefined : { code, char: String.fromCharCode(code < 0x80 ? code : 0xdc00 + code) };

const codeMeant = (code: number): Meant | undefined =>
  code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : { code, char: String.fromCodePoint(code) };

const letterMeant = (letter: string, quote: string): Meant | undefined => {
  const char = letter === quote ? letter : GO_LETTERS.get(letter);
  return char === undefined ? undefined : { char, code: char.charCodeAt(0) };
};

/** The character an escape stands for, a byte above 127 as `bytes.ts` has it; `undefined`: none. */
const meant = ([, byte, four, eight, octal, letter]: RegExpExecArray, quote: string): Meant | undefined => {
  if (letter !== undefined) return letterMeant(letter, quote);
  if (octal !== undefined) return byteMeant(Number.parseInt(octal, 8));
  if (byte !== undefined) return byteMeant(Number.parseInt(byte, 16));
  return codeMeant(Number.parseInt(four ?? eight ?? "", 16));
};

/** The text between double quotes or backquotes, which are part of `source`; `undefined`: not Go's syntax. */
export const unquoted = (source: string): string | undefined => {
  const inner = source.slice(1, -1);
  if (source.startsWith("`")) return inner.replaceAll("\r", "");
  if (!inner.includes("\\")) return joined(inner);
  let text = "";
  for (let at = 0; at < inner.length; ) {
    const slash = inner.indexOf("\\", at);
    if (slash < 0) return joined(text + inner.slice(at));
    ESCAPE.lastIndex = slash;
    const found = ESCAPE.exec(inner);
    const char = found ? meant(found, '"')?.char : undefined;
    if (char === undefined) return undefined;
    text += inner.slice(at, slash) + char;
    at = ESCAPE.lastIndex;
  }
  return joined(text);
};

/** The number of a character constant such as `'a'`; `more`: there is a second character. */
export const characterCode = (source: string): number | "syntax" | "more" => {
  const inner = source.slice(1);
  if (inner.startsWith("'")) return "syntax";
  ESCAPE.lastIndex = 0;
  const found = inner.startsWith("\\") ? ESCAPE.exec(inner) : undefined;
  if (found === null) return "syntax";
  const code = found ? meant(found, "'")?.code : inner.codePointAt(0);
  if (code === undefined) return "syntax";
  const length = found ? found[0].length : code > 0xffff ? 2 : 1;
  if (inner.slice(length) !== "'") return "more";
  return !found && code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
};
