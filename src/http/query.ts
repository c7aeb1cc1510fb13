import type { JsonObject } from "../std/json.ts";
import { percentDecode } from "./message.ts";

const parsePair = (pair: string): readonly [name: string, value: string] | undefined => {
  const cut = pair.indexOf("=");
  const name = percentDecode((cut < 0 ? pair : pair.slice(0, cut)).replaceAll("+", " "));
  const value = percentDecode((cut < 0 ? "" : pair.slice(cut + 1)).replaceAll("+", " "));
  return name === undefined || value === undefined ? undefined : [name, value];
};

/**
 * `name=value` pairs joined by `&`, as query strings and forms have them: percent-encoded, `+` for a blank. Names in
 * the order of their first use. `undefined` for a bad escape, bytes that are not UTF-8, or more than `most` pairs.
 */
export const parsePairs = (text: string, most: number): ReadonlyMap<string, readonly string[]> | undefined => {
  const found = new Map<string, string[]>();
  if (text === "") return found;
  let count = 0;
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    if (++count > most) return undefined;
    const parsed = parsePair(pair);
    if (parsed === undefined) return undefined;
    const [name, value] = parsed;
    const values = found.get(name);
    if (values) values.push(value);
    else found.set(name, [value]);
  }
  return found;
};

/** A query as request data: a name given once is text, several times a list. */
export const queryData = (pairs: ReadonlyMap<string, readonly string[]>, without: readonly string[]): JsonObject =>
  Object.fromEntries(
    [...pairs]
      .filter(([name]) => !without.includes(name))
      .map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values]),
  );
