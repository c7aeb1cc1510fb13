import {
  func1,
  func2,
  func3,
  INT,
  type Room,
  STRING,
  TemplateError,
  type TemplateFunction,
  types,
  type Value,
  zeroOf,
} from "../../../go-template/index.ts";
import { compile, type Expression, replaceMatches } from "../go/regex.ts";
import { stringList } from "../go/text-lists.ts";
import type { Libraries } from "../libraries.ts";

/** sprig's functions of regular expressions. Those without `must` fail as well, as the originals do, but `regexMatch`. */

const found = (expression: Expression, text: string, most: number, room: Room): readonly string[] =>
  expression.matches(text, most, room).map(([from = 0, to = 0]) => text.slice(from, to));

const split = (expression: Expression, source: string, text: string, most: number, room: Room): Value => {
  if (most === 0) return zeroOf(types.strings);
  if (source !== "" && text === "") return stringList([""]);
  const parts: string[] = [];
  let [begin, end] = [0, 0];
  for (const [from = 0, to = 0] of expression.matches(text, most, room)) {
    if (most > 0 && parts.length === most - 1) break;
    end = from;
    if (to !== 0) parts.push(text.slice(begin, end));
    begin = to;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return stringList(parts);
};

export const regexes = (libraries: Libraries): Readonly<Record<string, TemplateFunction>> => {
  const matches = (source: string, text: string, room: Room): boolean =>
    compile(libraries, source).matches(text, 1, room).length > 0;
  const regexMatch = (source: string, text: string, room: Room): boolean => {
    try {
      return matches(source, text, room);
    } catch (error) {
      if (error instanceof TemplateError) return false;
      throw error;
    }
  };
  const findAll = func3(STRING, STRING, INT, (source, text, most, room) => {
    const all = found(compile(libraries, source), text, Number(most), room);
    return all.length === 0 ? zeroOf(types.strings) : stringList(all);
  });
  const find = func2(STRING, STRING, (source, text, room) => found(compile(libraries, source), text, 1, room)[0] ?? "");
  const replacing = (literal: boolean): TemplateFunction =>
    func3(STRING, STRING, STRING, (source, text, replacement, room) =>
      replaceMatches(compile(libraries, source), text, replacement, literal, room),
    );
  const splitting = func3(STRING, STRING, INT, (source, text, most, room) =>
    split(compile(libraries, source), source, text, Number(most), room),
  );
  return {
    regexMatch: func2(STRING, STRING, regexMatch),
    mustRegexMatch: func2(STRING, STRING, matches),
    regexFindAll: findAll,
    mustRegexFindAll: findAll,
    regexFind: find,
    mustRegexFind: find,
    regexReplaceAll: replacing(false),
    mustRegexReplaceAll: replacing(false),
    regexReplaceAllLiteral: replacing(true),
    mustRegexReplaceAllLiteral: replacing(true),
    regexSplit: splitting,
    mustRegexSplit: splitting,
    regexQuoteMeta: func1(STRING, (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&")),
  };
};
