import { quote, unreadable } from "./errors.ts";
import { type Token, unescaped } from "./lexer.ts";
import type { Command, Operand, Pipeline } from "./nodes.ts";
import { Float, type Value } from "./values.ts";

/** Reads what stands in an action: variables, commands, operands. Source: Go's text/template/parse, `parse.go`. */

export interface Surroundings {
  readonly functions: ReadonlySet<string>;
  /** Variables that are known here, without their `$`. */
  readonly variables: readonly string[];
  /** Deepest nesting of parentheses. */
  readonly depth: number;
  /** How many variables may be set at once. */
  readonly most: 1 | 2;
  /** For messages. */
  readonly where: string;
}

const WORDS: ReadonlyMap<string, Operand> = new Map<string, Operand>([
  ["true", { type: "value", value: true }],
  ["false", { type: "value", value: false }],
  ["nil", { type: "nil" }],
]);

const WHOLE = /^[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9]\d*|0)$/;
const FRACTION = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** No number of Go's is longer, and none that is takes time to refuse. */
const MOST_DIGITS = 40;

const numberOf = (token: string): Value => {
  if (token.length > MOST_DIGITS) return unreadable(`bad number syntax: ${quote(token)}`);
  if (token.startsWith("'")) {
    const [first, ...more] = [...unescaped(token.slice(1, -1))];
    return first !== undefined && more.length === 0
      ? (first.codePointAt(0) ?? 0)
      : unreadable(`malformed character constant: ${token}`);
  }
  const plain = /^[+-]?[0-9a-zA-Z.]+(?:_[0-9a-zA-Z]+)*(?:[+-]\d+)?$/.test(token) ? token.replaceAll("_", "") : token;
  const negative = plain.startsWith("-");
  const digits = plain.replace(/^[+-]/, "");
  if (WHOLE.test(plain)) {
    const size = Number(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
    if (!Number.isSafeInteger(size)) return unreadable(`integer overflow: ${quote(token)}`);
    return negative ? -size : size;
  }
  const value = FRACTION.test(plain) && /[.eE]/.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? new Float(value) : unreadable(`bad number syntax: ${quote(token)}`);
};

export const parsePipeline = (tokens: readonly Token[], around: Surroundings): Pipeline => {
  let at = 0;
  let depth = 0;
  const sign = (text: string): boolean => tokens[at]?.kind === "sign" && tokens[at]?.text === text;

  /** `$a :=`, `$a =`, `$a, $b :=`: how many tokens, and whether the variables are new. */
  const setting = (): Pick<Pipeline, "variables" | "declares"> => {
    const [first, comma, second] = tokens;
    const two =
      first?.kind === "variable" && comma?.text === "," && comma.kind === "sign" && second?.kind === "variable";
    const names = two ? [first.text, second.text] : first?.kind === "variable" ? [first.text] : [];
    const after = tokens[two ? 3 : names.length];
    if (names.length === 0 || after?.kind !== "sign" || !(after.text === ":=" || after.text === "="))
      return two ? unreadable(`unexpected "," in ${around.where}`) : { variables: [], declares: false };
    if (names.length > around.most) return unreadable(`too many declarations in ${around.where}`);
    const declares = after.text === ":=";
    for (const name of names) if (!declares) known(name);
    at = two ? 4 : 2;
    return { variables: names, declares };
  };

  const known = (name: string): void => {
    if (!around.variables.includes(name)) unreadable(`undefined variable ${quote(`$${name}`)}`);
  };

  const term = (): Operand => {
    const token = tokens[at] ?? unreadable(`missing value for ${around.where}`);
    at += 1;
    switch (token.kind) {
      case "string":
        return { type: "value", value: token.text };
      case "number":
        return { type: "value", value: numberOf(token.text) };
      case "dot":
        return { type: "dot" };
      case "field":
        return { type: "fields", of: { type: "dot" }, names: [token.text] };
      case "variable":
        known(token.text);
        return { type: "variable", name: token.text };
      case "word": {
        const constant = WORDS.get(token.text);
        if (constant) return constant;
        if (!around.functions.has(token.text)) return unreadable(`function ${quote(token.text)} not defined`);
        return { type: "function", name: token.text };
      }
      case "sign": {
        if (token.text !== "(") return unreadable(`unexpected ${quote(token.text)} in operand`);
        depth += 1;
        if (depth > around.depth) return unreadable(`it is nested deeper than ${around.depth}`);
        const inner = commands(")");
        if (!sign(")")) return unreadable("unclosed left paren");
        at += 1;
        depth -= 1;
        return { type: "pipeline", pipeline: { variables: [], declares: false, commands: inner } };
      }
    }
  };

  const operand = (): Operand => {
    const first = term();
    const names: string[] = [];
    for (; tokens[at]?.kind === "field" && tokens[at]?.joined; at += 1) names.push(tokens[at]?.text ?? "");
    const [name, ...more] = names;
    if (name === undefined) return first;
    if (first.type === "value" || first.type === "nil" || first.type === "dot")
      return unreadable(`unexpected . after term`);
    if (first.type === "fields") return { ...first, names: [...first.names, name, ...more] };
    return { type: "fields", of: first, names: [name, ...more] };
  };

  const command = (): Command => {
    const first = operand();
    const args: Operand[] = [];
    while (at < tokens.length && !sign("|") && !sign(")")) {
      if (tokens[at]?.joined && !sign("(")) return unreadable(`unexpected ${quote(tokens[at]?.text ?? "")} in operand`);
      args.push(operand());
    }
    return { first, args };
  };

  const commands = (until: ")" | "end"): readonly Command[] => {
    const all = [command()];
    while (sign("|")) {
      at += 1;
      const next = command();
      if (next.first.type === "value" || next.first.type === "nil" || next.first.type === "dot")
        return unreadable(`non executable command in pipeline stage ${all.length + 1}`);
      all.push(next);
    }
    if (until === "end" && at < tokens.length) return unreadable(`unexpected right paren`);
    return all;
  };

  const set = setting();
  return { ...set, commands: commands("end") };
};
