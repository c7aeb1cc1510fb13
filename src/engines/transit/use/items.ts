import { invalidRequest, type VaultError } from "../../../framework/index.ts";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../../std/json.ts";
import { cut, firstOf } from "../../../std/shown.ts";

/**
 * What `batch_input` holds, read as the reference does: `encrypt` and `decrypt` want texts where texts belong, `rewrap`
 * takes numbers for texts and names in any case, the others take objects of texts and numbers.
 */

/** Items of one request. */
export const MOST_ITEMS = 10_000;

/** One thing to encrypt, decrypt or rewrap. Base64 as it came; `""`: not given. */
export interface CipherItem {
  readonly plaintext: string;
  readonly ciphertext: string;
  readonly context: string;
  readonly associatedData: string;
  readonly keyVersion: number;
  readonly reference: string;
}

export const EMPTY_ITEM: CipherItem = {
  plaintext: "",
  ciphertext: "",
  context: "",
  associatedData: "",
  keyVersion: 0,
  reference: "",
};

/** One thing to sign, verify or authenticate: its members are texts, and an absent one differs from an empty one. */
export type TextItem = Readonly<Record<string, string>>;

const unparsed = (why: string): VaultError => invalidRequest(`failed to parse batch input: ${why}`, { multi: true });

/** Characters of the first complaints about a batch that are repeated. */
const COMPLAINTS = 512;

const complaints = (all: readonly string[]): string => {
  const { first, more } = firstOf(all, COMPLAINTS);
  return [...first, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
};

const isNumber = (value: JsonValue): value is number | JsonNumber =>
  typeof value === "number" || value instanceof JsonNumber;

/** As Go prints the type of a decoded JSON value. */
const goType = (value: JsonValue): string => {
  if (value === null) return "<nil>";
  if (isNumber(value)) return "json.Number";
  if (Array.isArray(value)) return "[]interface {}";
  return typeof value === "object" ? "map[string]interface {}" : value === true || value === false ? "bool" : "string";
};

/** As Go prints its kind: numbers of JSON are texts to it. */
const goKind = (value: JsonValue): string => {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "boolean") return "bool";
  return isJsonObject(value) ? "map" : "string";
};

/** The items of a list. Throws for too many; `undefined`: it is not a list. */
const listed = (raw: JsonValue): readonly JsonValue[] | undefined => {
  if (!Array.isArray(raw)) return undefined;
  const items: readonly JsonValue[] = raw;
  if (items.length === 0) throw invalidRequest("missing batch input to process");
  checkCount(items.length, MOST_ITEMS);
  return items;
};

/** Throws where a batch has more items than are processed in one request. */
export const checkCount = (count: number, most: number): void => {
  if (count > most) {
    throw invalidRequest(`batch_input has ${count} items, and at most ${most} are processed in one request`);
  }
};

const WIRE_NAMES = {
  context: "context",
  ciphertext: "ciphertext",
  plaintext: "plaintext",
  key_version: "keyVersion",
  associated_data: "associatedData",
  reference: "reference",
} as const satisfies Readonly<Record<string, keyof CipherItem>>;
type WireName = keyof typeof WIRE_NAMES;
const wireNames = Object.keys(WIRE_NAMES).filter((name): name is WireName => Object.hasOwn(WIRE_NAMES, name));

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const INTEGER = /^-?\d+$/;

/** A number as an integer, or as its text where it is not one. */
const integerOf = (value: number | JsonNumber): number | string => {
  const text = value.toString();
  const number = Number(text);
  return INTEGER.test(text) && Number.isSafeInteger(number) ? number : text;
};

/** How weakly an operation types: `encrypt` and `decrypt` (`strict`), or `rewrap`. */
type Manner = "strict" | "weak";

const takeVersion = (item: Mutable<CipherItem>, value: number | JsonNumber, index: number, manner: Manner) => {
  const number = integerOf(value);
  if (typeof number === "number") {
    item.keyVersion = number;
    return undefined;
  }
  const why = `strconv.ParseInt: parsing "${cut(number)}": invalid syntax`;
  return manner === "strict"
    ? `error decoding json.Number into [${index}].key_version: ${why}`
    : `'[${index}].key_version' cannot parse value as 'int': ${why}`;
};

/** Reads one member into an item. Answers what is wrong with it. */
const take = (
  item: Mutable<CipherItem>,
  name: WireName,
  value: JsonValue,
  index: number,
  manner: Manner,
): string | undefined => {
  if (value === null && !(manner === "strict" && name === "plaintext")) return undefined;
  if (name === "key_version") {
    if (isNumber(value)) return takeVersion(item, value, index, manner);
  } else if (typeof value === "string" || (manner === "weak" && isNumber(value))) {
    item[WIRE_NAMES[name]] = String(value);
    return undefined;
  }
  const type = name === "key_version" ? "int" : "string";
  return `'[${index}].${name}' expected type '${type}', got unconvertible type '${goType(value)}'`;
};

/** The value of a member; where typing is weak its name may be written in any case, and the exact one goes first. */
const memberOf = (given: JsonObject, name: WireName, manner: Manner): JsonValue | undefined => {
  if (Object.hasOwn(given, name)) return given[name];
  if (manner === "strict") return undefined;
  const found = Object.keys(given).find((key) => key.toLowerCase() === name);
  return found === undefined ? undefined : given[found];
};

/** One item; what is wrong with it goes into `wrong`. `needed`: what may not be absent. */
const readItem = (
  given: JsonObject,
  index: number,
  manner: Manner,
  wrong: string[],
  needed?: "plaintext" | "ciphertext",
): CipherItem => {
  const item: Mutable<CipherItem> = { ...EMPTY_ITEM };
  for (const name of wireNames) {
    const value = memberOf(given, name, manner);
    const why = value === undefined ? undefined : take(item, name, value, index, manner);
    if (why !== undefined) wrong.push(why);
    if (value === undefined && name === needed) {
      wrong.push(`'[${index}].${name}' missing ${name} to ${name === "plaintext" ? "encrypt" : "decrypt"}`);
    }
  }
  return item;
};

/** Items for `encrypt` and `decrypt`. Throws for anything that is not of their form. */
export const strictItems = (raw: JsonValue, needed: "plaintext" | "ciphertext"): readonly CipherItem[] => {
  const list = listed(raw);
  if (!list) throw unparsed(`source data must be an array or slice, got ${goType(raw)}`);
  const wrong: string[] = [];
  const items = list.map((given, index) => {
    if (!isJsonObject(given)) throw unparsed(`[${index}] expected a map, got '${goType(given)}'`);
    return readItem(given, index, "strict", wrong, needed);
  });
  if (wrong.length > 0) throw unparsed(complaints(wrong));
  return items;
};

const decodingFailed = (wrong: readonly string[]): VaultError =>
  unparsed(`decoding failed due to the following error(s):\n\n${complaints(wrong)}`);

/** Items for `rewrap`. Throws for anything that is not of their form. */
export const weakItems = (raw: JsonValue): readonly CipherItem[] => {
  const list = listed(raw);
  if (!list) throw unparsed(`'' source data must be an array or slice, got ${goKind(raw)}`);
  const wrong: string[] = [];
  const items = list.map((given, index): CipherItem => {
    if (given === null) return EMPTY_ITEM;
    if (isJsonObject(given)) return readItem(given, index, "weak", wrong);
    wrong.push(`'[${index}]' expected a map or struct, got "${goKind(given)}"`);
    return EMPTY_ITEM;
  });
  if (wrong.length > 0) throw decodingFailed(wrong);
  return items;
};

/** Items for the other operations. Throws for anything that is not of their form. */
const textItems = (raw: JsonValue, goName: string): readonly TextItem[] => {
  const list = listed(raw);
  if (!list) throw unparsed(`'' source data must be an array or slice, got ${goKind(raw)}`);
  const wrong: string[] = [];
  const items = list.map((given, index): TextItem => {
    const item: Record<string, string> = Object.create(null);
    if (given === null) return item;
    if (!isJsonObject(given)) {
      wrong.push(`'[${index}]' expected type 'transit.${goName}', got unconvertible type '${goType(given)}'`);
      return item;
    }
    for (const [name, value] of Object.entries(given)) {
      if (value === null || typeof value === "string" || isNumber(value))
        item[name] = value === null ? "" : String(value);
      else {
        wrong.push(`'[${index}][${cut(name)}]' expected type 'string', got unconvertible type '${goType(value)}'`);
      }
    }
    return item;
  });
  if (wrong.length > 0) throw decodingFailed(wrong);
  return items;
};

/** The items of a request to sign, to verify or to make HMACs. */
export interface TextItems {
  /** Whether they came as `batch_input`. */
  readonly batch: boolean;
  readonly items: readonly TextItem[];
}

/** The items of `batch_input`, or else the one of `alone`. `goName`: the type that the reference's errors name. */
export const readTextItems = (batchInput: JsonValue | undefined, goName: string, alone: () => TextItem): TextItems =>
  batchInput === undefined || batchInput === null
    ? { batch: false, items: [alone()] }
    : { batch: true, items: textItems(batchInput, goName) };
