import { MASK, refuse } from "../sql/target.ts";
import { type Target, targetOf } from "./target.ts";

/**
 * Connection strings of `keyword=value` pairs. A value with blanks is in single quotes; a backslash takes the next
 * character as it is. Source: PostgreSQL documentation, "Keyword/Value Connection Strings".
 */

interface Pair {
  readonly keyword: string;
  readonly value: string;
  /** Position of the value in the text, including its quotes. */
  readonly from: number;
  readonly to: number;
}

/** Whether the text is of this kind; everything else is for the reader of URLs, and for its errors. */
export const isKeywords = (text: string): boolean => /^\s*[A-Za-z_]+\s*=/.test(text);

const BLANKS = /\s*/y;
const KEYWORD = /([A-Za-z_]+)\s*=\s*/y;
const QUOTED = /'((?:[^'\\]|\\[\s\S])*)'/y;
const BARE = /(?:[^\s\\']|\\[\s\S])*/y;

const pairsOf = (text: string): readonly Pair[] => {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found) at = pattern.lastIndex;
    return found;
  };
  const pairs: Pair[] = [];
  for (take(BLANKS); at < text.length; take(BLANKS)) {
    const keyword = take(KEYWORD)?.[1] ?? refuse("every keyword needs a value: keyword=value");
    const from = at;
    const quoted = text[at] === "'" ? (take(QUOTED) ?? refuse("a quoted value does not end")) : undefined;
    const value = quoted ? (quoted[1] ?? "") : (take(BARE)?.[0] ?? "");
    if (at < text.length && !/\s/.test(text[at] ?? "")) return refuse("a value with quotes or blanks must be quoted");
    pairs.push({ keyword, value: value.replace(/\\([\s\S])/g, "$1"), from, to: at });
  }
  return pairs;
};

/** `fill` is given each value after it was read, so that what it puts in cannot become another keyword. */
export const parseKeywords = (text: string, fill: (value: string) => string): Target =>
  targetOf(new Map(pairsOf(text).map(({ keyword, value }) => [keyword, fill(value)])));

/** The text with its password masked, and whether it has one; a template does not count. */
export const maskKeywords = (text: string): { readonly shown: string; readonly literal: boolean } => {
  let shown = "";
  let done = 0;
  let literal = false;
  for (const { keyword, value, from, to } of pairsOf(text)) {
    if (keyword !== "password" || value === "" || value === "{{password}}") continue;
    shown += `${text.slice(done, from)}${MASK}`;
    done = to;
    literal = true;
  }
  return { shown: shown + text.slice(done), literal };
};
