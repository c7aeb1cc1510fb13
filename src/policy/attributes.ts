import type { HclBody, HclItem, HclValue } from "../hcl/hcl.ts";
import type { JsonValue } from "../std/json.ts";
import { restate } from "../std/restate.ts";
import { DurationError, parseExactDuration } from "../std/time.ts";
import { PolicyError, quote } from "./errors.ts";

/**
 * Reads typed attributes out of a stanza's body. A list or map given twice is one longer one, as in HCL's own decoder.
 */

export const valuesOf = (body: HclBody, key: string): HclValue[] =>
  body.items.filter((item) => item.key === key).map((item) => item.value);

export const textOf = (value: HclValue): string | undefined => {
  if (value.kind === "string") return value.value;
  return value.kind === "number" ? value.text : undefined;
};

export const stringsOf = (body: HclBody, key: string, where: string): string[] =>
  valuesOf(body, key).flatMap((value) => {
    const texts = value.kind === "list" ? value.items.map(textOf) : [undefined];
    if (texts.includes(undefined)) throw new PolicyError(`${where}${key} must be a list of strings`);
    return texts.filter((text) => text !== undefined);
  });

const plain = (value: HclValue): JsonValue => {
  if (value.kind === "null") return null;
  if (value.kind === "list") return value.items.map(plain);
  if (value.kind === "body") return Object.fromEntries(value.items.map((item) => [item.key, plain(item.value)]));
  return value.value;
};

/** A nested block counts as a list of one. */
const listOf = ({ value, labels }: HclItem): readonly HclValue[] | undefined => {
  if (value.kind === "list") return value.items;
  return value.kind === "body" && labels.length === 0 ? [value] : undefined;
};

/** A parameter that occurs twice, in any case, keeps the stricter meaning of an empty list. */
const joined = (known: readonly JsonValue[] | undefined, more: readonly JsonValue[], key: string) => {
  if (known === undefined) return more;
  const any = known.length === 0 || more.length === 0;
  return any && key === "denied_parameters" ? [] : [...known, ...more];
};

export const parametersOf = (
  body: HclBody,
  key: string,
  where: string,
): Map<string, readonly JsonValue[]> | undefined => {
  const given = valuesOf(body, key);
  if (given.length === 0) return undefined;
  const lists = new Map<string, readonly JsonValue[]>();
  for (const value of given) {
    if (value.kind !== "body") throw new PolicyError(`${where}${key} must be a map of lists`);
    for (const item of value.items) {
      const list = listOf(item);
      if (list === undefined) throw new PolicyError(`${where}${key}: the value of ${quote(item.key)} must be a list`);
      const name = item.key.toLowerCase();
      lists.set(name, joined(lists.get(name), list.map(plain), key));
    }
  }
  return lists;
};

export const durationOf = (body: HclBody, key: string): number => {
  const value = valuesOf(body, key).at(-1);
  if (value === undefined) return 0;
  if (value.kind === "number") return value.value;
  if (value.kind !== "string") throw new PolicyError(`error parsing ${key}: could not parse duration from input`);
  const text = value.value;
  const refused = (cause: DurationError): PolicyError =>
    new PolicyError(`error parsing ${key}: ${text.length > 40 ? "time: invalid duration" : cause.message}`, { cause });
  // With its fraction: a maximum of 500ms must not become no maximum, nor one of a second.
  return restate(DurationError, refused, () => parseExactDuration(text));
};
