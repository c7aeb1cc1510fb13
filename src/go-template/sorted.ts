import { bytesOfText } from "./bytes.ts";
import type { GoMap, Key, Value } from "./values.ts";

/** Maps in the order in which Go prints them and goes through them. Source: Go source, internal/fmtsort. */

const SURROGATE = /[\ud800-\udfff]/;

/** By bytes, as Go compares strings. */
export const compareText = (a: string, b: string): number => {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(bytesOfText(a), bytesOfText(b));
  return a < b ? -1 : a > b ? 1 : 0;
};

const numeric = (a: number | bigint, b: number | bigint): number => (a < b || Number.isNaN(a) ? -1 : a > b ? 1 : 0);

const compare = (a: Key, b: Key): number => {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (typeof a === "bigint" && typeof b === "bigint") return numeric(a, b);
  if (typeof a === "number" && typeof b === "number") return numeric(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  // Go orders keys of several types by where the types are in memory.
  return typeof a < typeof b ? -1 : 1;
};

export const sortedEntries = (map: GoMap): readonly (readonly [Key, Value])[] =>
  [...map].sort(([a], [b]) => compare(a, b));
