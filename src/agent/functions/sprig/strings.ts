import {
  ANY,
  bytesOfText,
  compareText,
  func1,
  func2,
  func3,
  INT,
  joined,
  type Room,
  replaceEach,
  STRING,
  sprintf,
  type TemplateFunction,
  textOf,
  textOfBytes,
  typed,
  unrunnable,
  type Value,
  variadic,
} from "../../../go-template/index.ts";
import {
  splitAtMost,
  splitText,
  toLower,
  toUpper,
  trimAny,
  trimSpace,
  withoutPrefix,
  withoutSuffix,
} from "../go/text.ts";
import { joinTexts, MAP_OF_STRINGS, stringList } from "../go/text-lists.ts";
import { itemsOf } from "../go/values.ts";
import { abbreviate, substring, truncate, wrap } from "./byte-texts.ts";
import { separated } from "./names.ts";
import { camelCase, initials, swapCase, titleSimple, untitle, withoutSpace } from "./words.ts";

/** sprig's functions of strings. */

/** A value as text: strings and bytes as they are, others as `%v` prints them. */
export const textFrom = (value: Value, room: Room): string => {
  if (value instanceof Uint8Array) return textOfBytes(value);
  return typeof value === "string" ? value : textOf(value, room);
};

/** A list's members as texts, without nils; one value is a list of one. */
export const textsFrom = (value: Value, room: Room): readonly string[] => {
  if (value === undefined) return [];
  const items = itemsOf(value);
  return items
    ? items.filter((item) => item !== undefined).map((item) => textFrom(item, room))
    : [textFrom(value, room)];
};

const present = (values: readonly Value[]): readonly Value[] => values.filter((value) => value !== undefined);

const spaced = (texts: readonly string[], room: Room): string => joinTexts(texts, " ", room);

const blanks = (count: bigint): number => (count < 0n ? unrunnable("strings: negative Repeat count") : Number(count));

const repeat = (count: bigint, text: string, room: Room): string => {
  const times = blanks(count);
  room.text(text.length * times);
  return joined(text.repeat(times));
};

const indent = (spaces: bigint, text: string, room: Room): string => {
  const pad = repeat(spaces, " ", room);
  return pad + replaceEach(text, "\n", `\n${pad}`, room);
};

const numbered = (parts: readonly string[]) =>
  typed(new Map(parts.map((part, at) => [`_${at}`, part])), MAP_OF_STRINGS);

const sorted = (value: Value, room: Room): readonly string[] => {
  const texts = textsFrom(value, room);
  return stringList(itemsOf(value) ? [...texts].sort(compareText) : [textFrom(value, room)]);
};

export const STRINGS_OF_SPRIG: Readonly<Record<string, TemplateFunction>> = {
  abbrev: func2(INT, STRING, (width, text) => (width < 4n ? text : abbreviate(text, 0, Number(width)))),
  abbrevboth: func3(INT, INT, STRING, (left, right, text) =>
    right < 4n || (left > 0n && right < 7n) ? text : abbreviate(text, Number(left), Number(right)),
  ),
  trunc: func2(INT, STRING, (count, text) => truncate(text, Number(count))),
  trim: func1(STRING, trimSpace),
  upper: func1(STRING, toUpper),
  lower: func1(STRING, toLower),
  title: func1(STRING, titleSimple),
  untitle: func1(STRING, untitle),
  substr: func3(INT, INT, STRING, (start, end, text) => substring(text, Number(start), Number(end))),
  repeat: func2(INT, STRING, repeat),
  trimall: func2(STRING, STRING, (cutset, text) => trimAny(text, cutset)),
  trimAll: func2(STRING, STRING, (cutset, text) => trimAny(text, cutset)),
  trimSuffix: func2(STRING, STRING, (suffix, text) => withoutSuffix(text, suffix)),
  trimPrefix: func2(STRING, STRING, (prefix, text) => withoutPrefix(text, prefix)),
  nospace: func1(STRING, (text) => withoutSpace(text, bytesOfText(text))),
  initials: func1(STRING, (text) => initials(bytesOfText(text))),
  swapcase: func1(STRING, swapCase),
  snakecase: func1(STRING, (text) => separated(text, "_")),
  camelcase: func1(STRING, camelCase),
  kebabcase: func1(STRING, (text) => separated(text, "-")),
  wrap: func2(INT, STRING, (width, text, room) => wrap(text, { width: Number(width), end: "", breaks: false }, room)),
  wrapWith: func3(INT, STRING, STRING, (width, end, text, room) =>
    wrap(text, { width: Number(width), end, breaks: true }, room),
  ),
  contains: func2(STRING, STRING, (part, text) => text.includes(part)),
  hasPrefix: func2(STRING, STRING, (part, text) => text.startsWith(part)),
  hasSuffix: func2(STRING, STRING, (part, text) => text.endsWith(part)),
  quote: variadic([], ANY, (_, values, room) =>
    spaced(
      present(values).map((value) => sprintf("%q", [textFrom(value, room)], room)),
      room,
    ),
  ),
  squote: variadic([], ANY, (_, values, room) =>
    spaced(
      present(values).map((value) => `'${textOf(value, room)}'`),
      room,
    ),
  ),
  cat: variadic([], ANY, (_, values, room) =>
    spaced(
      present(values).map((value) => textOf(value, room)),
      room,
    ),
  ),
  indent: func2(INT, STRING, indent),
  nindent: func2(INT, STRING, (spaces, text, room) => `\n${indent(spaces, text, room)}`),
  replace: func3(STRING, STRING, STRING, (from, to, text, room) => joined(replaceEach(text, from, to, room))),
  plural: func3(STRING, STRING, INT, (one, many, count) => (count === 1n ? one : many)),
  toString: func1(ANY, textFrom),
  split: func2(STRING, STRING, (separator, text, room) => numbered(splitText(text, separator, room))),
  splitList: func2(STRING, STRING, (separator, text, room) => stringList(splitText(text, separator, room))),
  splitn: func3(STRING, INT, STRING, (separator, most, text, room) =>
    numbered(splitAtMost(text, separator, most, room)),
  ),
  toStrings: func1(ANY, (value, room) => stringList(textsFrom(value, room))),
  join: func2(STRING, ANY, (separator, value, room) => joinTexts(textsFrom(value, room), separator, room)),
  sortAlpha: func1(ANY, sorted),
};
