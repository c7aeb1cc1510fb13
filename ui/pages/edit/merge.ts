import { type Field, newField, sameValue, type Value, valueNamed } from "./model.ts";

/** Two people changed one secret: base (what both began with), theirs (saved meanwhile) and mine, field by field. */

export type Change =
  /** Only they changed it, or only I did. */
  | "theirs"
  | "mine"
  /** Both did, alike. */
  | "alike"
  /** Both did, and not alike: somebody must choose. */
  | "both";

export interface Row {
  readonly name: string;
  readonly base: Value;
  readonly theirs: Value;
  readonly mine: Value;
  readonly change: Change;
}

const changeOf = (base: Value, theirs: Value, mine: Value): Change | undefined => {
  const [byThem, byMe] = [!sameValue(base, theirs), !sameValue(base, mine)];
  if (!byThem && !byMe) return undefined;
  if (sameValue(theirs, mine)) return "alike";
  if (byThem && byMe) return "both";
  return byThem ? "theirs" : "mine";
};

/** The fields that anybody changed, in my order, then theirs. */
export const rowsOf = (base: readonly Field[], theirs: readonly Field[], mine: readonly Field[]): readonly Row[] => {
  const names = new Set([...mine, ...theirs, ...base].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const row = { name, base: valueNamed(base, name), theirs: valueNamed(theirs, name), mine: valueNamed(mine, name) };
    const change = changeOf(row.base, row.theirs, row.mine);
    return change ? [{ ...row, change }] : [];
  });
};

export type Side = "theirs" | "mine";
/** By the names of fields; where both changed one and nothing is chosen, mine is there until somebody decides. */
export type Choices = ReadonlyMap<string, Side>;

export const sideOf = ({ name, change }: Row, choices: Choices): Side | undefined => {
  if (change === "theirs") return choices.get(name) ?? "theirs";
  return choices.get(name) ?? (change === "both" ? undefined : "mine");
};

/** Sets one field to a value, or takes it out; the order of the others stays. */
export const withValue = (fields: readonly Field[], name: string, value: Value): readonly Field[] => {
  if (value === undefined) return fields.filter((field) => field.name !== name);
  const there = fields.some((field) => field.name === name);
  if (!there) return [...fields, newField(name, value.value, value.kind)];
  return fields.map((field) => (field.name === name ? { ...field, kind: value.kind, value: value.value } : field));
};

/** Mine, with what only they changed taken over. */
export const merged = (rows: readonly Row[], mine: readonly Field[]): readonly Field[] =>
  rows
    .filter(({ change }) => change === "theirs")
    .reduce((fields, { name, theirs }) => withValue(fields, name, theirs), mine);

/** Fields that still wait for a choice. */
export const undecided = (rows: readonly Row[], choices: Choices): readonly Row[] =>
  rows.filter((row) => sideOf(row, choices) === undefined);
