/** How a scalar may be written in YAML. Source: libyaml's emitter, as `gopkg.in/yaml.v2` has it. */

export interface Analysis {
  readonly multiline: boolean;
  readonly plain: boolean;
  readonly single: boolean;
  readonly block: boolean;
}

/** Tabs and what lies beyond U+FFFF are escaped too. */
const PRINTABLE = /^[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/;
export const isPrintable = (char: string): boolean => PRINTABLE.test(char);
export const isBreak = (char: string): boolean => /^[\r\n\u0085\u2028\u2029]$/.test(char);
const isBlank = (char: string | undefined): boolean => char === undefined || char === " " || char === "\t";

const FIRST = new Set("#,[]{}&*!|>'\"%@`");

/** Whether a sign at this place would mean something else than itself. */
const isIndicator = (chars: readonly string[], at: number): boolean => {
  const char = chars[at] ?? "";
  const before = chars[at - 1];
  if (at === 0 && (FIRST.has(char) || ((char === "?" || char === "-") && isBlank(chars[1])))) return true;
  if (char === ":") return isBlank(chars[at + 1]);
  return char === "#" && at > 0 && (isBlank(before) || before === "\0" || isBreak(before ?? ""));
};

const isSpace = (char: string | undefined): boolean => char === " ";
const breaks = (char: string | undefined): boolean => char !== undefined && isBreak(char);

export const analyze = (text: string): Analysis => {
  if (text === "") return { multiline: false, plain: true, single: true, block: false };
  const chars = [...text];
  const multiline = chars.some(isBreak);
  const [first, last] = [chars[0], chars.at(-1)];
  const special = chars.some((char) => !isPrintable(char));
  const spaceBreak = chars.some((char, at) => breaks(char) && isSpace(chars[at - 1]));
  const breakSpace = chars.some((char, at) => isSpace(char) && breaks(chars[at - 1]));
  const bare = isSpace(first) || breaks(first) || isSpace(last) || breaks(last);
  const indicators = /^(?:---|\.\.\.)/.test(text) || chars.some((_, at) => isIndicator(chars, at));
  return {
    multiline,
    plain: !(bare || multiline || special || indicators || breakSpace || spaceBreak),
    single: !(special || breakSpace || spaceBreak),
    block: !(special || spaceBreak || isSpace(last)),
  };
};

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\u0085": "N",
  "\u00a0": "_",
  "\u2028": "L",
  "\u2029": "P",
};

const hex = (code: number, digits: number): string => code.toString(16).toUpperCase().padStart(digits, "0");

/** Within double quotes; `undefined`: as it is. */
export const escapeOf = (char: string): string | undefined => {
  if (isPrintable(char) && !isBreak(char) && char !== '"' && char !== "\\") return undefined;
  const short = ESCAPES[char];
  if (short !== undefined) return `\\${short}`;
  const code = char.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${hex(code, 2)}` : code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
};

/** The signs behind `|`: an indentation that the first line would hide, and what becomes of line ends at the end. */
export const blockHints = (text: string): string => {
  const indent = text.startsWith(" ") || isBreak(text[0] ?? "") ? "2" : "";
  const [beforeLast, last] = [...text].slice(-2).length === 2 ? [...text].slice(-2) : [undefined, [...text].at(-1)];
  if (!breaks(last)) return `${indent}-`;
  return beforeLast === undefined || breaks(beforeLast) ? `${indent}+` : indent;
};
