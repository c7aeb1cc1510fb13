import type { HclBody, HclItem, HclValue } from "../../hcl/hcl.ts";
import { parseGoBool } from "../../std/go-bool.ts";
import { goQuote } from "../../std/go-quote.ts";
import { shown } from "../../std/shown.ts";
import { DurationError, parseExactDuration } from "../../std/time.ts";
import { AgentError } from "../contract.ts";

/**
 * Reads the members of one block. Types are as lenient as Vault Agent's: `"true"` is a boolean and `5` a text, because
 * configurations in use rely on it; what is neither is an error that names the key and its line. A block asks for each
 * key it knows, and `unknown` tells the others.
 */

/** `parseutil.ParseBool` of Vault, which takes an empty text for false. */
export const booleanOf = (text: string): boolean | undefined => parseGoBool(text.trim() || "false");

const KINDS: Readonly<Record<HclValue["kind"], string>> = {
  string: "a text",
  number: "a number",
  boolean: "a boolean",
  null: "null",
  list: "a list",
  body: "a block",
};

/** Go's longest duration, some 292 years. */
const MOST_SECONDS = 9_223_372_036;

/** Milliseconds of a duration as Vault reads it: seconds as a number, or a text with units. */
export const durationOf = (value: HclValue): number => {
  if (value.kind !== "number" && value.kind !== "string")
    throw new DurationError(`${KINDS[value.kind]}, not a duration`);
  const seconds = value.kind === "number" ? value.value : parseExactDuration(value.value.trim());
  if (seconds < 0) throw new DurationError("a duration cannot be negative");
  if (seconds > MOST_SECONDS) throw new DurationError("a duration cannot be as long as that");
  return seconds * 1000;
};

/** A list of one block means the block, as JSON writes it. */
const bodyOf = (value: HclValue): HclBody | undefined => {
  if (value.kind === "body") return value;
  const last = value.kind === "list" ? value.items.at(-1) : undefined;
  return last?.kind === "body" ? last : undefined;
};

export class Members {
  readonly #asked = new Set<string>();
  readonly #children: Members[] = [];
  readonly #body: HclBody;
  /** `template`: what the block is called in messages; empty for the whole file. */
  readonly #where: string;

  constructor(body: HclBody, where: string) {
    this.#body = body;
    this.#where = where;
  }

  /** The last value of the key. Names are compared without case, as HCL version 1 does. */
  value(key: string): HclValue | undefined {
    return this.items(key).at(-1)?.value;
  }

  /** Every item of the key, with its labels; `null` counts as absent. */
  items(key: string): readonly HclItem[] {
    this.#asked.add(key);
    return this.#body.items.filter((item) => item.key.toLowerCase() === key && item.value.kind !== "null");
  }

  text(key: string): string | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (value.kind === "string") return value.value;
    if (value.kind === "number") return value.text;
    throw this.wrong(key, "a text", value);
  }

  /** As `text`, but an empty text counts as absent. */
  name(key: string): string | undefined {
    return this.text(key) || undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (value.kind === "boolean") return value.value;
    const read = value.kind === "string" || value.kind === "number" ? booleanOf(textOf(value)) : undefined;
    if (read === undefined) throw this.wrong(key, "true or false", value);
    return read;
  }

  integer(key: string): number | undefined {
    const number = this.number(key);
    if (number !== undefined && !Number.isSafeInteger(number)) throw this.refuse(key, "must be a whole number");
    return number;
  }

  number(key: string): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (value.kind === "number") return value.value;
    const number = value.kind === "string" && value.value.trim() !== "" ? Number(value.value) : Number.NaN;
    if (Number.isNaN(number)) throw this.wrong(key, "a number", value);
    return number;
  }

  /** Milliseconds. */
  duration(key: string): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    try {
      return durationOf(value);
    } catch (error) {
      throw error instanceof DurationError ? this.refuse(key, error.message) : error;
    }
  }

  /** A list of texts; one text is cut at its commas. */
  texts(key: string): readonly string[] | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (value.kind === "string") return value.value === "" ? [] : value.value.split(",");
    if (value.kind !== "list") throw this.wrong(key, "a list of texts", value);
    return value.items.map((item) => {
      if (item.kind !== "string" && item.kind !== "number") throw this.wrong(key, "a list of texts", item);
      return textOf(item);
    });
  }

  /** The last block of the key. */
  block(key: string): Members | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const body = bodyOf(value);
    if (body === undefined) throw refuseObject(key);
    return this.child(body, key);
  }

  /** A block within this one. */
  child(body: HclBody, where: string): Members {
    const made = new Members(body, where);
    this.#children.push(made);
    return made;
  }

  /** The members of a block whose keys are its owner's, as written. Several blocks are one, as HCL has it. */
  raw(key: string): ReadonlyMap<string, HclValue> | undefined {
    const items = this.items(key);
    if (items.length === 0) return undefined;
    const bodies = items.flatMap(({ value }) => (value.kind === "list" ? value.items : [value]));
    return new Map(
      bodies.flatMap((value) => {
        if (value.kind !== "body") throw this.wrong(key, "a block", value);
        return value.items.map((item) => [item.key, item.value] as const);
      }),
    );
  }

  /** Keys nobody asked for, in their order. */
  unknown(): readonly string[] {
    const names = this.#body.items.map((item) => item.key);
    return [...new Set(names.filter((name) => !this.#asked.has(name.toLowerCase())))];
  }

  /** The same of this block and of all within it: `listener.nope`. */
  unknownBelow(): readonly string[] {
    const own = this.unknown().map((key) => (this.#where === "" ? key : `${this.#where}.${key}`));
    return [...own, ...this.#children.flatMap((each) => each.unknownBelow())];
  }

  refuse(key: string, why: string): AgentError {
    const line = this.items(key).at(-1)?.line;
    const at = line === undefined ? "" : `line ${line}: `;
    return new AgentError(`${at}${this.#where === "" ? "" : `${this.#where}.`}${key}: ${why}`);
  }

  wrong(key: string, wanted: string, value: HclValue): AgentError {
    const got = value.kind === "string" ? shown(value.value) : value.kind === "number" ? value.text : KINDS[value.kind];
    return this.refuse(key, `must be ${wanted}, not ${got}`);
  }
}

const textOf = (value: Extract<HclValue, { kind: "string" | "number" }>): string =>
  value.kind === "string" ? value.value : value.text;

export interface Labelled {
  readonly labels: readonly string[];
  readonly members: Members;
}

/** Whether the members of a JSON object are labels (`{"method": {"aws": {...}}}`) and not fields of the block. */
const holdsLabels = (body: HclBody, fields: readonly string[]): boolean =>
  body.items.length > 0 &&
  body.items.every(({ key, value }) => bodyOf(value) !== undefined && !fields.includes(key.toLowerCase()));

const refuseObject = (key: string): AgentError => new AgentError(`could not parse ${goQuote(key)} as an object`);

/**
 * All blocks of a key that may carry a label: `sink "file" { }` in HCL; in JSON `{"sink": {"file": {}}}`,
 * `{"sink": [{"file": {}}]}` or with the label as a field of its own, `{"sink": {"type": "file"}}`.
 */
export const labelled = (members: Members, key: string, fields: readonly string[]): readonly Labelled[] => {
  const spread = (value: HclValue, labels: readonly string[]): Labelled[] => {
    if (value.kind === "list") return value.items.flatMap((item) => spread(item, labels));
    if (value.kind !== "body") throw refuseObject(key);
    if (labels.length > 0 || !holdsLabels(value, fields)) return [{ labels, members: members.child(value, key) }];
    return value.items.flatMap((item) => spread(item.value, [item.key, ...item.labels]));
  };
  return members.items(key).flatMap((item) => spread(item.value, item.labels));
};

/** The `type` of a block, or its only label. */
export const typeOf = ({ labels, members }: Labelled, what: string): string => {
  const type = members.name("type") ?? (labels.length === 1 ? labels[0]?.toLowerCase() : undefined);
  if (!type) throw new AgentError(`${what} type must be specified`);
  return type;
};

/** All blocks of a key without labels: `template { }`, `{"template": {}}` and `{"template": [{}, {}]}`. */
export const blocks = (members: Members, key: string): readonly Members[] => {
  const each = (value: HclValue): Members[] => {
    if (value.kind === "list") return value.items.flatMap(each);
    if (value.kind !== "body") throw refuseObject(key);
    return [members.child(value, key)];
  };
  return members.items(key).flatMap((item) => each(item.value));
};
