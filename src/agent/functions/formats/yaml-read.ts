import type { Alias, Document, Node, Pair, YAMLMap, YAMLSeq, Scalar as YamlScalar } from "yaml";
import type { Room } from "../../../go-template/index.ts";
import {
  type Key,
  Scalar,
  textOfBytes,
  typed,
  types,
  unrunnable,
  type Value,
  wellFormed,
} from "../../../go-template/index.ts";
import { decodeBase64 } from "../go/encodings.ts";
import { assertDepth } from "../go/output.ts";
import { type Resolved, resolvePlain } from "./yaml-resolve.ts";

/** YAML as `gopkg.in/yaml.v2` reads it. The library finds the structure; what words mean is ours. */

export type YamlLibrary = typeof import("./yaml-library.ts");

const ANY_MAP = types.mapOf(types.any, types.any);
const PREFIX = "tag:yaml.org,2002:";

const wrong = (): never => unrunnable("it is not valid YAML");

const binary = (text: string): string => {
  const bytes = decodeBase64(text);
  return typeof bytes === "number"
    ? unrunnable("yaml: !!binary value contains invalid base64 data")
    : textOfBytes(bytes);
};

const fits = (tag: string, { tag: found, value }: Resolved): Value => {
  if (tag === found) return value;
  if (tag === "float" && found === "int") return Number(value instanceof Scalar ? value.value : value);
  return unrunnable(`yaml: cannot decode a ${found} as a !!${tag}`);
};

const RESOLVED = new Set(["bool", "int", "float", "null", "timestamp"]);

const scalarValue = (node: YamlScalar): Value => {
  const text = wellFormed(String(node.value ?? ""));
  const tag = node.tag?.startsWith(PREFIX) ? node.tag.slice(PREFIX.length) : node.tag;
  if (tag === "binary") return binary(text);
  if (tag === undefined) {
    if (node.type !== "PLAIN") return text;
    const { tag: found, value } = resolvePlain(text);
    return found === "timestamp" ? text : value;
  }
  if (!RESOLVED.has(tag)) return text;
  const resolved = fits(tag, resolvePlain(text, tag !== "timestamp"));
  return tag === "timestamp" ? text : resolved;
};

const keyOf = (value: Value): Key => {
  if (value instanceof Scalar) return typeof value.value === "bigint" ? value.value : undefined;
  return typeof value === "object" ? unrunnable("yaml: invalid map key") : value;
};

class Reader {
  readonly #library: YamlLibrary;
  readonly #document: Document;
  readonly #room: Room;
  readonly #made = new Map<unknown, Value>();
  readonly #open = new Set<unknown>();
  constructor(library: YamlLibrary, document: Document, room: Room) {
    this.#library = library;
    this.#document = document;
    this.#room = room;
  }

  value(node: unknown, depth = 0): Value {
    const { isAlias, isMap, isScalar, isSeq } = this.#library;
    this.#room.step();
    assertDepth(depth);
    if (node === null || node === undefined) return undefined;
    if (isAlias(node)) return this.#alias(node, depth);
    if (isScalar(node)) return scalarValue(node);
    // What an alias points to is made once, so that many aliases cost no more than one.
    if (this.#made.has(node)) return this.#made.get(node);
    if (this.#open.has(node)) return unrunnable("yaml: an anchor's value contains itself");
    this.#open.add(node);
    const value = isSeq(node) ? this.#list(node, depth) : isMap(node) ? this.#map(node, depth) : wrong();
    this.#open.delete(node);
    this.#made.set(node, value);
    return value;
  }

  #alias(node: Alias, depth: number): Value {
    return this.value(node.resolve(this.#document) ?? unrunnable("yaml: unknown anchor referenced"), depth);
  }

  #list(node: YAMLSeq, depth: number): Value {
    return node.items.map((item) => this.value(item, depth + 1));
  }

  #map(node: YAMLMap, depth: number): Value {
    const made = new Map<Key, Value>();
    for (const pair of node.items) this.#pair(pair, made, depth);
    return typed(made, ANY_MAP);
  }

  #pair({ key, value }: Pair, into: Map<Key, Value>, depth: number): void {
    if (this.#isMerge(key)) this.#merge(value, into, depth);
    else into.set(keyOf(this.value(key, depth + 1)), this.value(value, depth + 1));
  }

  #isMerge(key: unknown): boolean {
    const { isScalar } = this.#library;
    return isScalar(key) && key.value === "<<" && (key.type === "PLAIN" || key.tag === `${PREFIX}merge`);
  }

  #merge(value: unknown, into: Map<Key, Value>, depth: number): void {
    const { isAlias, isMap, isSeq } = this.#library;
    const node: Node | undefined | unknown = isAlias(value) ? value.resolve(this.#document) : value;
    if (isSeq(node) && !isAlias(value)) {
      // The first of several goes before the others.
      for (const item of [...node.items].reverse()) this.#mergeOne(item, into, depth);
    } else if (isMap(node)) this.#mergeOne(value, into, depth);
    else unrunnable("yaml: map merge requires map or sequence of maps as the value");
  }

  #mergeOne(node: unknown, into: Map<Key, Value>, depth: number): void {
    const found = this.value(node, depth + 1);
    if (!(found instanceof Map)) {
      unrunnable("yaml: map merge requires map or sequence of maps as the value");
      return;
    }
    for (const [key, value] of found) into.set(key, value);
    return;
  }
}

const firstDocument = (library: YamlLibrary, text: string): Document | undefined => {
  try {
    const all = library.parseAllDocuments(text, {
      version: "1.1",
      schema: "failsafe",
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
    });
    return Array.isArray(all) ? all[0] : undefined;
  } catch {
    // The library's own message quotes the text; a document that is nested too deeply ends the stack.
    return wrong();
  }
};

/** Control characters, lone surrogates and the like must be escaped. */
const FORBIDDEN = /[^\t\n\r\x20-\x7e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** YAML 1.1 has more line ends than the library knows. */
const LINE_ENDS = /\r(?!\n)|[\u0085\u2028\u2029]/g;

export const readYaml = (library: YamlLibrary, text: string, room: Room): Value => {
  room.step(text.length);
  if (FORBIDDEN.test(text)) return unrunnable("yaml: control characters are not allowed");
  const document = firstDocument(library, text.replace(LINE_ENDS, "\n"));
  if (!document) return undefined;
  if (document.errors.length > 0) return wrong();
  return new Reader(library, document, room).value(document.contents);
};
