/**
 * JSON text read as what it is: text. A tree says where each value begins and ends, so a value is handed on as it was
 * written: 20 digits, `0.10`, `-0`, a member named `__proto__`. No value becomes a JavaScript object on the way.
 */

export type Leaf = "string" | "number" | "true" | "false" | "null";

interface Span {
  readonly from: number;
  /** Behind its last character. */
  readonly to: number;
}

export interface Member {
  readonly name: string;
  readonly value: JsonTree;
}

export type JsonTree = Span &
  (
    | { readonly kind: Leaf }
    | { readonly kind: "array"; readonly items: readonly JsonTree[] }
    /** In the order of the text. */
    | { readonly kind: "object"; readonly members: readonly Member[] }
  );

export type FaultKind =
  | "end"
  | "value"
  | "name"
  | "colon"
  | "comma"
  | "number"
  | "escape"
  | "control"
  | "rest"
  | "depth"
  | "twice"
  /** JSON, but not an object. */
  | "object";

/** What is wrong with a text that is not JSON, and where. Lines and columns count from 1. */
export interface JsonFault {
  readonly fault: FaultKind;
  readonly line: number;
  readonly column: number;
}

/** A few more levels than the server takes in a body: its answers wrap what it keeps. */
const DEPTH = 520;

class Stop extends Error {
  readonly fault: FaultKind;
  readonly at: number;
  constructor(fault: FaultKind, at: number) {
    super(fault);
    this.fault = fault;
    this.at = at;
  }
}

const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Anything that somebody may have meant as a number. */
const NUMBERLIKE = /[-+.\w]+/y;
/** What a string holds as it is: everything from the blank on, but the quote and the backslash. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORDS = ["true", "false", "null"] as const;

const endOf = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
};

const blanks = (text: string, at: number): number => endOf(BLANK, text, at);

/** Refuses what is at `at`: the text's end, or the wrong character. */
const refuse = (text: string, at: number, fault: FaultKind): never => {
  throw new Stop(at >= text.length ? "end" : fault, at);
};

const readString = (text: string, from: number): JsonTree => {
  let at = endOf(PLAIN, text, from + 1);
  while (text[at] !== '"') {
    if (text[at] !== "\\") refuse(text, at, "control");
    const escaped = endOf(ESCAPE, text, at);
    if (escaped === at) refuse(text, at, "escape");
    at = endOf(PLAIN, text, escaped);
  }
  return { kind: "string", from, to: at + 1 };
};

const readNumber = (text: string, from: number): JsonTree => {
  const to = endOf(NUMBER, text, from);
  if (to === from || endOf(NUMBERLIKE, text, to) !== to) refuse(text, from, "number");
  return { kind: "number", from, to };
};

const readLeaf = (text: string, from: number): JsonTree => {
  if (text[from] === '"') return readString(text, from);
  if (/[-+.\d]/.test(text[from] ?? "")) return readNumber(text, from);
  const word = WORDS.find((known) => text.startsWith(known, from));
  if (word === undefined || endOf(NUMBERLIKE, text, from) !== from + word.length) return refuse(text, from, "value");
  return { kind: word, from, to: from + word.length };
};

/** Reads what stands between brackets, with commas; answers where the closing bracket is. */
const readAll = (text: string, from: number, closing: string, readOne: (at: number) => number): number => {
  let at = blanks(text, from + 1);
  if (text[at] === closing) return at;
  for (;;) {
    at = blanks(text, readOne(at));
    if (text[at] === closing) return at;
    if (text[at] !== ",") refuse(text, at, "comma");
    at = blanks(text, at + 1);
  }
};

const readArray = (text: string, from: number, depth: number): JsonTree => {
  const items: JsonTree[] = [];
  const end = readAll(text, from, "]", (at) => {
    const item = readValue(text, at, depth);
    items.push(item);
    return item.to;
  });
  return { kind: "array", from, to: end + 1, items };
};

const readObject = (text: string, from: number, depth: number): JsonTree => {
  const members: Member[] = [];
  const names = new Set<string>();
  const end = readAll(text, from, "}", (at) => {
    if (text[at] !== '"') refuse(text, at, "name");
    const quoted = readString(text, at);
    const name: string = JSON.parse(text.slice(quoted.from, quoted.to));
    if (names.has(name)) throw new Stop("twice", at);
    names.add(name);
    const colon = blanks(text, quoted.to);
    if (text[colon] !== ":") refuse(text, colon, "colon");
    const value = readValue(text, blanks(text, colon + 1), depth);
    members.push({ name, value });
    return value.to;
  });
  return { kind: "object", from, to: end + 1, members };
};

const readValue = (text: string, at: number, depth: number): JsonTree => {
  const opening = text[at];
  if (opening !== "{" && opening !== "[") return readLeaf(text, at);
  if (depth === DEPTH) throw new Stop("depth", at);
  return opening === "{" ? readObject(text, at, depth + 1) : readArray(text, at, depth + 1);
};

const placed = (text: string, { fault, at }: Stop): JsonFault => {
  const before = text.slice(0, at).split(/\r\n|\r|\n/);
  return { fault, line: before.length, column: [...(before.at(-1) ?? "")].length + 1 };
};

/** The tree of JSON text, or what is wrong with it. A name given twice in one object is wrong: one value would be lost. */
export const readTree = (text: string): JsonTree | JsonFault => {
  try {
    const tree = readValue(text, blanks(text, 0), 0);
    const end = blanks(text, tree.to);
    if (end < text.length) throw new Stop("rest", end);
    return tree;
  } catch (cause) {
    if (cause instanceof Stop) return placed(text, cause);
    throw cause;
  }
};

export const isFault = (read: JsonTree | JsonFault): read is JsonFault => "fault" in read;
