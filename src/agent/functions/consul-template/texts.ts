import {
  func1,
  func2,
  func3,
  INT,
  joined,
  type Room,
  replaceEach,
  STRING,
  STRINGS,
  type TemplateFunction,
  typed,
  unrunnable,
} from "../../../go-template/index.ts";
import {
  splitText,
  titleWords,
  toLower,
  toUpper,
  trimAny,
  trimSpace,
  withoutPrefix,
  withoutSuffix,
} from "../go/text.ts";
import { joinTexts, MAP_OF_STRINGS, stringList } from "../go/text-lists.ts";

/** consul-template's functions of strings. They take what they work on last, so that it can be piped in. */

const indent = (spaces: bigint, text: string, room: Room): string => {
  if (spaces < 0n) return unrunnable("indent value must be a positive integer");
  const lines = text.split("\n");
  const width = Number(spaces);
  room.text(text.length + lines.filter((line) => line !== "").length * width);
  const blank = " ".repeat(lines.some((line) => line !== "") ? width : 0);
  return lines.map((line) => (line === "" ? line : blank + line)).join("\n");
};

const split = (separator: string, text: string, room: Room): readonly string[] => {
  const trimmed = trimSpace(text);
  return stringList(trimmed === "" ? [] : splitText(trimmed, separator, room));
};

const splitToMap = (between: string, within: string, text: string, room: Room) => {
  const trimmed = trimSpace(text);
  const made = new Map<string, string>();
  for (const item of trimmed === "" ? [] : splitText(trimmed, between, room)) {
    const at = item.indexOf(within);
    if (at >= 0) made.set(item.slice(0, at), item.slice(at + within.length));
  }
  return typed(made, MAP_OF_STRINGS);
};

export const TEXTS: Readonly<Record<string, TemplateFunction>> = {
  indent: func2(INT, STRING, indent),
  join: func2(STRING, STRINGS, (separator, items, room) => joinTexts(items, separator, room)),
  replaceAll: func3(STRING, STRING, STRING, (from, to, text, room) => joined(replaceEach(text, from, to, room))),
  split: func2(STRING, STRING, split),
  splitToMap: func3(STRING, STRING, STRING, splitToMap),
  toLower: func1(STRING, toLower),
  toTitle: func1(STRING, titleWords),
  toUpper: func1(STRING, toUpper),
  trim: func2(STRING, STRING, (cutset, text) => trimAny(text, cutset)),
  trimPrefix: func2(STRING, STRING, (prefix, text) => withoutPrefix(text, prefix)),
  trimSpace: func1(STRING, trimSpace),
  trimSuffix: func2(STRING, STRING, (suffix, text) => withoutSuffix(text, suffix)),
};
