import { layOut, type Pair, pairsOf, sameJson, stringOf } from "../../client/json-text.ts";
import type { DiffRow } from "../../kit/index.ts";

/** Fields of a secret as they are shown: in order, text as text, everything else as the JSON it was written as. */

export interface ShownField {
  readonly name: string;
  readonly text: string;
  /** A number, a word, a list or an object. */
  readonly json: boolean;
}

const shownField = ({ name, source }: Pair): ShownField => {
  const text = stringOf(source);
  return text === undefined ? { name, text: layOut(source), json: true } : { name, text, json: false };
};

/** Empty for a version without fields. */
export const shownFields = (secret: string): readonly ShownField[] => (pairsOf(secret) ?? []).map(shownField);

export interface Comparison {
  /** Fields that were added, removed or changed: in the order of the later version, then those it has no more. */
  readonly rows: readonly DiffRow[];
  /** How many are the same. */
  readonly same: number;
}

/** Text and the JSON of the same look (`"1"` and `1`) differ, and then both are written as JSON. */
const rowOf = (name: string, before: string | undefined, after: string | undefined): DiffRow => {
  const shown = (source: string | undefined): string | undefined =>
    source === undefined ? undefined : shownField({ name, source }).text;
  const alike = before !== undefined && after !== undefined && shown(before) === shown(after);
  const [old, now] = alike ? [before, after] : [shown(before), shown(after)];
  return { name, ...(old === undefined ? {} : { before: old }), ...(now === undefined ? {} : { after: now }) };
};

export const compare = (earlier: string, later: string): Comparison => {
  const [before, after] = [earlier, later].map(
    (secret) => new Map((pairsOf(secret) ?? []).map(({ name, source }) => [name, source])),
  );
  const names = [...new Set([...(after?.keys() ?? []), ...(before?.keys() ?? [])])];
  const isSame = (name: string): boolean => {
    const [old, now] = [before?.get(name), after?.get(name)];
    return old !== undefined && now !== undefined && sameJson(old, now);
  };
  const different = names.filter((name) => !isSame(name));
  return {
    rows: different.map((name) => rowOf(name, before?.get(name), after?.get(name))),
    same: names.length - different.length,
  };
};
