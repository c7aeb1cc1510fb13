/** What a value holds that nobody sees: line ends, tabs, outer blanks, controls, marks of direction. */

export type MarkKind =
  | "crlf"
  | "cr"
  | "mixed"
  | "tab"
  | "blank-start"
  | "blank-end"
  | "line-end"
  | "control"
  | "direction"
  | "invisible"
  | "blank"
  | "half";

export interface Mark {
  readonly is: MarkKind;
  readonly count: number;
  /** `U+202E`; of marks that are single characters. */
  readonly codes: readonly string[];
}

const SORTS: readonly (readonly [MarkKind, RegExp])[] = [
  ["tab", /\t/g],
  ["control", /(?![\t\r\n])\p{Cc}/gu],
  ["direction", /\p{Bidi_Control}/gu],
  // A variation selector is part of the sign before it, and seen with it.
  ["invisible", /(?!\p{Bidi_Control}|\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/gu],
  ["blank", /(?! )[\p{Zs}\p{Zl}\p{Zp}]/gu],
  ["half", /\p{Surrogate}/gu],
];

const codeOf = (char: string): string => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

const characters = (value: string): readonly Mark[] =>
  SORTS.flatMap(([is, pattern]) => {
    const found = value.match(pattern) ?? [];
    const codes = is === "tab" ? [] : [...new Set(found)].map(codeOf);
    return found.length === 0 ? [] : [{ is, count: found.length, codes }];
  });

const one = (is: MarkKind): Mark => ({ is, count: 1, codes: [] });

const lineEnds = (value: string): readonly Mark[] => {
  const kinds = new Set(value.match(/\r\n|\r|\n/g));
  if (kinds.size > 1) return [one("mixed")];
  if (kinds.has("\r\n")) return [one("crlf")];
  return kinds.has("\r") ? [one("cr")] : [];
};

/** In the order in which they are told; empty for a value that is what it looks like. */
export const marksOf = (value: string): readonly Mark[] => [
  ...lineEnds(value),
  ...(/^[ \t]/.test(value) ? [one("blank-start")] : []),
  ...(/[ \t]$/.test(value) ? [one("blank-end")] : []),
  ...(/[\r\n]$/.test(value) ? [one("line-end")] : []),
  ...characters(value),
];
