import { isPrint } from "../std/go-quote.ts";
import { bytesOfText, joined } from "./bytes.ts";
import { sprint } from "./printf.ts";

import { Pointer, type Room, type Value } from "./values.ts";

/** `html`, `js` and `urlquery`. Source: Go's text/template, `funcs.go`. */

/** The arguments as a template prints them, one after the other. */
const argumentsText = (args: readonly Value[], room: Room): string => {
  const [first] = args;
  if (args.length === 1 && typeof first === "string") return first;
  const shown = args.map((value) =>
    value === undefined ? "<no value>" : value instanceof Pointer ? (value.to ?? value) : value,
  );
  return sprint(shown, room);
};

/** Replaces characters by longer texts, which are counted first. */
const replacing =
  (pattern: RegExp, replacement: (char: string) => string) =>
  (args: readonly Value[], room: Room): string => {
    const text = joined(argumentsText(args, room));
    let longer = text.length;
    for (const [char] of text.matchAll(pattern)) longer += replacement(char).length - char.length;
    room.text(longer);
    return text.replace(pattern, replacement);
  };

const HTML: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&#34;",
  "'": "&#39;",
  "\0": "\ufffd",
};

const JS: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

const code = (char: string): string => (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

/** What prints stays as it is; so does a byte that is not UTF-8. */
const jsChar = (char: string): string => {
  const known = JS[char];
  if (known !== undefined) return known;
  // Go takes it for U+FFFD, which prints, and writes the byte itself.
  if (/[\ud800-\udfff]/u.test(char)) return char;
  return isPrint(char) ? char : `\\u${code(char)}`;
};

const percent = (char: string): string =>
  char === " "
    ? "+"
    : [...bytesOfText(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");

export const html = replacing(/[<>&"'\0]/g, (char) => HTML[char] ?? char);
export const js = replacing(/[\\'"<>&=]|(?!\x7f)\p{Cc}|\P{ASCII}/gu, jsChar);
export const urlquery = replacing(/[^A-Za-z0-9_.~-]/gu, percent);
