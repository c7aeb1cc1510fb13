import { type GoMap, type Key, Pointer, type Room, Struct, type Value } from "../../../go-template/index.ts";
import { Output } from "../go/output.ts";
import { itemsOf } from "../go/values.ts";
import { compareYamlKeys } from "./yaml-keys.ts";
import { analyze, blockHints, escapeOf, isBreak } from "./yaml-scalar.ts";
import { plain, type Style, scalarOf, type Text } from "./yaml-texts.ts";

/** YAML as `gopkg.in/yaml.v2` writes it: two blanks a level, lists of a map not indented, long lines folded. */

const INDENT = 2;
const WIDTH = 80;
/** A longer key is written behind a `?`. */
const LONGEST_SIMPLE_KEY = 128;

type Pairs = readonly (readonly [Key, Value])[];

const pairsOf = (value: GoMap | Struct): Pairs =>
  value instanceof Struct
    ? [...value.fields].map(([name, member]) => [name.toLowerCase(), member])
    : [...value].sort(([a], [b]) => compareYamlKeys(a, b));

interface Place {
  readonly indent: number;
  /** A list within a map is not indented, unless it begins on the line of its dash. */
  readonly inMap: boolean;
  readonly asKey: boolean;
}

class Writer {
  readonly #output: Output;
  #column = 0;
  /** Only blanks, dashes and the like stand before on this line. */
  #indention = true;
  #whitespace = true;
  constructor(room: Room) {
    this.#output = new Output(room);
  }

  get text(): string {
    return this.#output.text;
  }

  #put(text: string): void {
    this.#output.put(text);
    this.#column += [...text].length;
  }

  #newLine(sign = "\n"): void {
    this.#output.put(sign);
    this.#column = 0;
    this.#indention = true;
  }

  #startLine(indent: number): void {
    if (!this.#indention || this.#column > indent || (this.#column === indent && !this.#whitespace)) this.#newLine();
    this.#put(" ".repeat(Math.max(0, indent - this.#column)));
    this.#whitespace = true;
    this.#indention = true;
  }

  #sign(sign: string, { spaced = false, indention = false }): void {
    if (spaced && !this.#whitespace) this.#put(" ");
    this.#put(sign);
    this.#whitespace = false;
    this.#indention &&= indention;
  }

  node(value: Value, place: Place): void {
    const scalar = scalarOf(value);
    if (scalar) {
      this.#scalar(scalar, place);
      return;
    }
    const items = itemsOf(value);
    if (items) {
      this.#list(items, place);
      return;
    }
    const map = value instanceof Pointer ? value.to : value;
    this.#map(map instanceof Map || map instanceof Struct ? pairsOf(map) : [], place);
  }

  #list(items: readonly Value[], { indent, inMap }: Place): void {
    if (items.length === 0) {
      this.#sign("[]", { spaced: true });
      return;
    }
    const inner = indent < 0 ? 0 : inMap && !this.#indention ? indent : indent + INDENT;
    this.#output.within(() => {
      for (const item of items) {
        this.#startLine(inner);
        this.#sign("-", { spaced: true, indention: true });
        this.node(item, { indent: inner, inMap: false, asKey: false });
      }
    });
  }

  #map(pairs: Pairs, { indent }: Place): void {
    if (pairs.length === 0) {
      this.#sign("{}", { spaced: true });
      return;
    }
    const inner = indent < 0 ? 0 : indent + INDENT;
    this.#output.within(() => {
      for (const [key, value] of pairs) {
        this.#startLine(inner);
        this.#key(key, inner);
        this.node(value, { indent: inner, inMap: true, asKey: false });
      }
    });
  }

  #key(key: Key, indent: number): void {
    const text = scalarOf(key) ?? plain("");
    const size = Buffer.byteLength(text.text) + (text.tag?.length ?? 0);
    if (!analyze(text.text).multiline && size <= LONGEST_SIMPLE_KEY) {
      this.#scalar(text, { indent, inMap: true, asKey: true });
      this.#sign(":", {});
      return;
    }
    this.#sign("?", { spaced: true, indention: true });
    this.#scalar(text, { indent, inMap: true, asKey: false });
    this.#startLine(indent);
    this.#sign(":", { spaced: true, indention: true });
  }

  #styleOf({ text, style: wanted, tag }: Text, asKey: boolean): Style {
    const can = analyze(text);
    let style = asKey && can.multiline ? "double" : wanted;
    if (style === "plain" && (!can.plain || (text === "" && asKey) || (tag !== undefined && text === "")))
      style = "single";
    if (style === "single" && !can.single) style = "double";
    return style === "literal" && (!can.block || asKey) ? "double" : style;
  }

  #scalar(scalar: Text, { indent, asKey }: Place): void {
    const inner = indent < 0 ? INDENT : indent + INDENT;
    if (scalar.tag) this.#sign(scalar.tag, { spaced: true });
    const style = this.#styleOf(scalar, asKey);
    if (style === "literal") {
      this.#literal(scalar.text, inner);
      return;
    }
    if (style === "plain") {
      if (!this.#whitespace) this.#put(" ");
      this.#folded(scalar.text, { indent: inner, folds: !asKey, style });
      this.#whitespace = false;
      this.#indention = false;
      return;
    }
    const quote = style === "single" ? "'" : '"';
    this.#sign(quote, { spaced: true });
    this.#folded(scalar.text, { indent: inner, folds: !asKey, style });
    this.#sign(quote, {});
  }

  /** The text in pieces: a single blank behind column 80 becomes a line end, except at the ends of quoted text. */
  #folded(text: string, { indent, folds, style }: { indent: number; folds: boolean; style: Style }): void {
    const chars = [...text];
    for (const [at, char] of chars.entries()) {
      const [before, next] = [chars[at - 1], chars[at + 1]];
      const isWithin = style === "plain" || (at > 0 && at < chars.length - 1);
      const isLone = before !== " " && (style === "double" || next !== " ");
      if (char === " " && folds && this.#column > WIDTH && isWithin && isLone) {
        this.#startLine(indent);
        if (style === "double" && next === " ") this.#put("\\");
      } else this.#char(char, before, style, indent);
    }
  }

  #char(char: string, before: string | undefined, style: Style, indent: number): void {
    if (style !== "double" && isBreak(char)) {
      this.#newLine(char);
      return;
    }
    if (style !== "double" && before !== undefined && isBreak(before)) this.#startLine(indent);
    this.#put(this.#piece(char, style));
    if (char !== " ") this.#indention = false;
  }

  #piece(char: string, style: Style): string {
    if (style === "double") return escapeOf(char) ?? char;
    return style === "single" && char === "'" ? "''" : char;
  }

  #literal(text: string, indent: number): void {
    this.#sign(`|${blockHints(text)}`, { spaced: true });
    this.#newLine();
    this.#whitespace = true;
    let broken = true;
    for (const char of text) {
      if (isBreak(char)) {
        this.#newLine(char);
        broken = true;
      } else {
        if (broken) this.#startLine(indent);
        this.#put(char);
        this.#indention = false;
        broken = false;
      }
    }
  }
}

export const writeYaml = (value: Value, room: Room): string => {
  const writer = new Writer(room);
  writer.node(value, { indent: -1, inMap: false, asKey: false });
  return writer.text;
};
