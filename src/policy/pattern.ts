import { compareUtf8, utf8Length } from "../std/utf8.ts";

/**
 * What a path pattern is and which of two is more specific. A pattern is exact, a prefix (`*` as the last character) or
 * has whole segments `+`; anywhere else `*` and `+` are ordinary characters.
 *
 * Source: https://developer.hashicorp.com/vault/docs/concepts/policies#policy-syntax
 */

export type PatternKind = "exact" | "prefix" | "segment";

/** The order of specificity, prepared once per rule; lengths and positions in UTF-8 bytes. */
export interface Specificity {
  readonly firstWildcard: number;
  readonly endsInStar: boolean;
  readonly plusSegments: number;
  readonly length: number;
  /** The pattern without its final star. */
  readonly stem: string;
}

export const patternKind = (pattern: string): PatternKind => {
  if (pattern === "+" || pattern.includes("/+") || pattern.startsWith("+/")) return "segment";
  return pattern.endsWith("*") ? "prefix" : "exact";
};

export const specificityOf = (pattern: string): Specificity => {
  const endsInStar = pattern.endsWith("*");
  const stem = endsInStar ? pattern.slice(0, -1) : pattern;
  const plus = patternKind(pattern) === "segment" ? pattern.indexOf("+") : stem.length;
  return {
    firstWildcard: utf8Length(stem.slice(0, plus)),
    endsInStar,
    plusSegments: patternKind(pattern) === "segment" ? stem.split("/").filter((part) => part === "+").length : 0,
    length: utf8Length(stem),
    stem,
  };
};

/** Positive where `a` is more specific than `b`, 0 only for one and the same pattern. */
export const compareSpecificity = (a: Specificity, b: Specificity): number => {
  if (a.firstWildcard !== b.firstWildcard) return a.firstWildcard - b.firstWildcard;
  if (a.endsInStar !== b.endsInStar) return a.endsInStar ? -1 : 1;
  if (a.plusSegments !== b.plusSegments) return b.plusSegments - a.plusSegments;
  if (a.length !== b.length) return a.length - b.length;
  return compareUtf8(a.stem, b.stem);
};
