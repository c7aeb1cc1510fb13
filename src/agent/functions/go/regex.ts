import { joined, type Room, unrunnable } from "../../../go-template/index.ts";
import type { Libraries } from "../libraries.ts";

/** Go's regular expressions, RE2's: each is matched in time that grows with the text alone. */

/** Most steps of the automaton for one text. */
const MOST_WORK = 100_000_000;
const LONGEST_EXPRESSION = 10_000;

/** Pairs of places: of the whole match, and of each group; -1: the group took no part. */
export type Match = readonly number[];

export interface Expression {
  readonly names: ReadonlyMap<string, number>;
  /** `most` below 0: all of them. */
  matches(text: string, most: number, room: Room): readonly Match[];
}

/** Throws `TemplateError`, without the expression: it may come from a secret. */
export const compile = ({ re2 }: Libraries, expression: string): Expression => {
  const library = re2 ?? unrunnable("regular expressions are not loaded");
  if (expression.length > LONGEST_EXPRESSION) return unrunnable("error parsing regexp: expression too large");
  let compiled: ReturnType<typeof library.compile>;
  try {
    compiled = library.compile(expression);
  } catch {
    return unrunnable("error parsing regexp");
  }
  return {
    names: new Map(Object.entries(compiled.namedGroups())),
    matches: (text, most, room) => {
      room.step(text.length);
      if (compiled.programSize() * text.length > MOST_WORK)
        return unrunnable("regexp: too much text for this expression");
      const found: unknown = most === 0 ? null : compiled.re2().findAllSubmatchIndex(text, most);
      return Array.isArray(found) ? found.map((match: unknown) => (Array.isArray(match) ? match.map(Number) : [])) : [];
    },
  };
};

const groupText = (text: string, match: Match, group: number | undefined): string => {
  if (group === undefined) return "";
  const [from = -1, to = -1] = match.slice(2 * group, 2 * group + 2);
  return from < 0 ? "" : text.slice(from, to);
};

const REFERENCE = /\$(?:\$|(\w+)|\{(\w+)\}|)/g;

/** `$1`, `$name`, `${name}` and `$$` in a replacement. A name goes as far as it can: `$1x` is the group `1x`. */
const expand = (replacement: string, text: string, match: Match, names: ReadonlyMap<string, number>): string =>
  replacement.replace(REFERENCE, (whole, bare: string | undefined, braced: string | undefined) => {
    const name = bare ?? braced;
    if (name === undefined) return "$";
    if (/^(?:0|[1-9]\d{0,7})$/.test(name)) return groupText(text, match, Number(name));
    return whole === "$" ? "$" : groupText(text, match, names.get(name));
  });

export const replaceMatches = (
  expression: Expression,
  text: string,
  replacement: string,
  literal: boolean,
  room: Room,
): string => {
  let [made, end] = ["", 0];
  const put = (part: string): void => {
    room.text(made.length + part.length);
    made += part;
  };
  for (const match of expression.matches(text, -1, room)) {
    const [from = 0, to = 0] = match;
    put(text.slice(end, from));
    put(literal ? replacement : expand(replacement, text, match, expression.names));
    end = to;
  }
  put(text.slice(end));
  return joined(made);
};
