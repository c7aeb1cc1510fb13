import { utf8Text } from "../../std/utf8.ts";

/**
 * Distinguished names: a value put into one, and what one consists of. Pure. Source: RFC 4514.
 *
 * Security: this escaping is for names alone. Filters have another (`templates.ts`), and neither serves for the other
 * (CVE-2026-55770).
 */

const SPECIAL = new Set([...'"+,;<>\\#']);

const hex = (letter: string): string =>
  [...Buffer.from(letter)].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");

/** A value as it is written into a name. */
export const escapeDnValue = (value: string): string =>
  [...value]
    .map((letter, index, all) => {
      const atEdge = index === 0 || index === all.length - 1;
      if (SPECIAL.has(letter) || (letter === " " && atEdge)) return `\\${letter}`;
      return letter < " " || letter > "~" ? hex(letter) : letter;
    })
    .join("");

export interface Part {
  readonly type: string;
  readonly value: string;
}

const TYPE = /\s*([a-z][\w-]*|\d+(?:\.\d+)*)\s*=[ ]*/iy;
const PIECE = /\\([\da-f]{2})|\\([ "#+,;<=>\\])|([^\\"+,;<>\0]+)/iy;

interface Read {
  readonly bytes: Buffer;
  readonly end: number;
}

/** The bytes of a value from an offset on; `undefined`: it is not one. */
const valueAt = (text: string, from: number): Read | undefined => {
  const pieces: Buffer[] = [];
  let at = from;
  // Spaces at the end count only where they are escaped.
  let whole = 0;
  let length = 0;
  for (PIECE.lastIndex = at; ; PIECE.lastIndex = at) {
    const piece = PIECE.exec(text);
    if (!piece) break;
    const [, byte, escaped, plain = ""] = piece;
    const bytes = byte === undefined ? Buffer.from(escaped ?? plain) : Buffer.from(byte, "hex");
    pieces.push(bytes);
    length += bytes.length;
    if (byte !== undefined || escaped !== undefined) whole = length;
    else if (plain.trimEnd() !== "") whole = length - (plain.length - plain.trimEnd().length);
    at = PIECE.lastIndex;
  }
  return at < text.length && !"+,;".includes(text.charAt(at))
    ? undefined
    : { bytes: Buffer.concat(pieces).subarray(0, whole), end: at };
};

/** The name's parts, each with its own values joined by `+`; `undefined`: it is not a name. */
export const parseDn = (text: string): readonly (readonly Part[])[] | undefined => {
  if (text.trim() === "") return undefined;
  const parts: Part[][] = [[]];
  for (let at = 0; ; at += 1) {
    TYPE.lastIndex = at;
    const [, type] = TYPE.exec(text) ?? [];
    const read = type === undefined ? undefined : valueAt(text, TYPE.lastIndex);
    const value = read && utf8Text(read.bytes);
    if (type === undefined || !read || value === undefined) return undefined;
    parts.at(-1)?.push({ type, value });
    at = read.end;
    if (at >= text.length) return parts;
    if (text.charAt(at) !== "+") parts.push([]);
  }
};

/**
 * What a group is called: the common name in a distinguished name, or the text itself where it has none.
 * `exactly`: only where it is written `CN`, as Vault before 1.1.1 had it.
 */
export const commonNameIn = (text: string, exactly: boolean): string => {
  const found = parseDn(text)
    ?.flat()
    .find(({ type }) => (exactly ? type : type.toUpperCase()) === "CN");
  return found?.value ?? text;
};
