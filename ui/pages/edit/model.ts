import { depthOf, layOut, objectText, type Pair, pairsOf, sameJson, stringOf } from "../../client/json-text.ts";
import { isFault, type JsonFault, readTree } from "../../client/json-tree.ts";

/**
 * A secret while it is edited: its fields in order, as pairs, never an object. A value is text, or JSON as it was
 * written; what nobody touches is sent back as it came.
 */

export type FieldKind = "text" | "json";

export interface Field {
  /** Of this editor alone: names may change, and may be the same for a while. */
  readonly id: number;
  readonly name: string;
  readonly kind: FieldKind;
  /** The text itself, or the JSON of the value. */
  readonly value: string;
}

/** A value of a field, or none. */
export type Value = Pick<Field, "kind" | "value"> | undefined;

let lastId = 0;
const newId = (): number => {
  lastId += 1;
  return lastId;
};

export const newField = (name = "", value = "", kind: FieldKind = "text"): Field => ({
  id: newId(),
  name,
  kind,
  value,
});

const fieldOf = ({ name, source }: Pair): Field => {
  const text = stringOf(source);
  return text === undefined ? newField(name, layOut(source), "json") : newField(name, text);
};

/** The fields of the text of an object; `undefined`: it is none. */
export const fieldsOf = (data: string): readonly Field[] | undefined => pairsOf(data)?.map(fieldOf);

export const sourceOf = ({ kind, value }: Pick<Field, "kind" | "value">): string =>
  kind === "text" ? JSON.stringify(value) : value;

export const dataOf = (fields: readonly Field[]): string =>
  objectText(fields.map((field) => ({ name: field.name, source: sourceOf(field) })));

/** Text is compared as it is: a line end of Windows is another text. JSON is compared by what it says. */
export const sameValue = (a: Value, b: Value): boolean => {
  if (a === undefined || b === undefined) return a === b;
  return a.kind === "text" && b.kind === "text" ? a.value === b.value : sameJson(sourceOf(a), sourceOf(b));
};

export const valueNamed = (fields: readonly Field[], name: string): Value =>
  fields.find((field) => field.name === name);

/** Whether two sets of fields would be the same secret. */
export const sameFields = (a: readonly Field[], b: readonly Field[]): boolean =>
  a.length === b.length && a.every(({ name, kind, value }) => sameValue({ kind, value }, valueNamed(b, name)));

export type FieldFault =
  /** Another field above has the same name. An empty name is a name. */
  | { readonly is: "twice" }
  | { readonly is: "json"; readonly fault: JsonFault }
  /** Half of a pair of UTF-16: no JSON of UTF-8 can carry it. */
  | { readonly is: "half" }
  | { readonly is: "deep" };

/** Levels left for a value: the body and its `data` are two of the server's 500. */
const LEVELS = 498;
const HALF = /\p{Surrogate}/u;

const faultOfValue = ({ kind, name, value }: Field): FieldFault | undefined => {
  if (HALF.test(name) || HALF.test(value)) return { is: "half" };
  if (kind === "text") return undefined;
  const tree = readTree(value);
  if (isFault(tree)) return { is: "json", fault: tree };
  return depthOf(tree) > LEVELS ? { is: "deep" } : undefined;
};

/** What keeps the fields from being saved, by the id of the field. */
export const faultsOf = (fields: readonly Field[]): ReadonlyMap<number, FieldFault> => {
  const faults = new Map<number, FieldFault>();
  const seen = new Set<string>();
  for (const field of fields) {
    const fault: FieldFault | undefined = seen.has(field.name) ? { is: "twice" } : faultOfValue(field);
    if (fault) faults.set(field.id, fault);
    seen.add(field.name);
  }
  return faults;
};

/** A field that nobody has written anything into. */
export const isEmpty = ({ name, value }: Field): boolean => name === "" && value === "";

/** Without the empty fields that were never there: an empty name with an empty value is kept where it was read. */
export const savedFields = (fields: readonly Field[], base: readonly Field[]): readonly Field[] => {
  const known = new Set(base.map(({ id }) => id));
  return fields.filter((field) => !isEmpty(field) || known.has(field.id));
};

/** The same value said the other way: text that is JSON becomes that JSON, and a string of JSON its text. */
export const asKind = (field: Field, kind: FieldKind): Field => {
  if (field.kind === kind) return field;
  if (kind === "json") return { ...field, kind };
  const text = isFault(readTree(field.value)) ? undefined : stringOf(field.value.trim());
  return { ...field, kind, value: text ?? field.value };
};

/** Fields and the whole as JSON, of which one is being written. */
export type Content =
  | { readonly view: "fields"; readonly fields: readonly Field[] }
  | { readonly view: "json"; readonly text: string; readonly fields: readonly Field[] };

/** To JSON, laid out; fields that are not valid keep the view as it is. */
export const toJson = (fields: readonly Field[]): Content =>
  faultsOf(fields).size > 0 ? { view: "fields", fields } : { view: "json", text: layOut(dataOf(fields)), fields };

/** What the JSON says, each value under the field (and id) it had; or what is wrong with it. */
export const fromJson = (text: string, before: readonly Field[]): readonly Field[] | JsonFault => {
  const tree = readTree(text);
  if (isFault(tree)) return tree;
  const fields = fieldsOf(text);
  if (fields === undefined) return { fault: "object", line: 1, column: 1 };
  return fields.map((field) => {
    const old = before.find(({ name }) => name === field.name);
    if (old === undefined) return field;
    return sameValue(old, field) ? old : { ...field, id: old.id };
  });
};
