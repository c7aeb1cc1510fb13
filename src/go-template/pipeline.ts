import { quote, unreadable } from "./errors.ts";
import { type Token, unescaped } from "./lexer.ts";
import type { Command, Operand, Pipeline } from "./nodes.ts";
import type { Value } from "./values.ts";

/** Reads the contents of an action: variables, commands, operands. Source: Go's text/template/parse, `parse.go`. */

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

/** A character between single quotes is its code point. */
const characterOf = (token: string): bigint => {
  const [first, ...more] = [...unescaped(token.slice(1, -1))];
  if (first === undefined || more.length > 0) return unreadable(`malformed character constant: ${token}`);
  return BigInt(first.codePointAt(0) ?? 0);
};

const wholeOf = (plain: string, token: string): bigint => {
  const digits = plain.replace(/^[+-]/, "");
  const size = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (size >= 1n << 63n) return unreadable(`integer overflow: ${quote(token)}`);
  return plain.startsWith("-") ? -size : size;
};

const numberOf = (token: string): Value => {
  if (token.length > MOST_DIGITS) return unreadable(`bad number syntax: ${quote(token)}`);
  if (token.startsWith("'")) return characterOf(token);
  const plain = /^[+-]?[0-9a-zA-Z.]+(?:_[0-9a-zA-Z]+)*(?:[+-]\d+)?$/.test(token) ? token.replaceAll("_", "") : token;
  if (WHOLE.test(plain)) return wholeOf(plain, token);
  const value = FRACTION.test(plain) && /[.eE]/.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? value : unreadable(`bad number syntax: ${quote(token)}`);
};

/** The variables an action begins with: none, one, or two with a comma between them. */
const leadingVariables = ([first, comma, second]: readonly Token[]): readonly string[] => {
  if (first?.kind !== "variable") return [];
  const two = comma?.kind === "sign" && comma.text === "," && second?.kind === "variable";
  return two ? [first.text, second.text] : [first.text];
};

const isSetting = (token: Token | undefined): boolean =>
  token?.kind === "sign" && (token.text === ":=" || token.text === "=");

const NO_SETTING = { variables: [], declares: false };

export const parsePipeline = (tokens: readonly Token[], around: Surroundings): Pipeline => {
  let at = 0;
  let depth = 0;
  const sign = (text: string): boolean => tokens[at]?.kind === "sign" && tokens[at]?.text === text;

  /** `$a :=`, `$a =`, `$a, $b :=`: how many tokens, and whether the variables are new. */
  const setting = (): Pick<Pipeline, "variables" | "declares"> => {
    const names = leadingVariables(tokens);
    if (names.length === 0) return NO_SETTING;
    const two = names.length === 2;
    const after = tokens[two ? 3 : 1];
    if (!isSetting(after)) return two ? unreadable(`unexpected "," in ${around.where}`) : NO_SETTING;
    if (names.length > around.most) return unreadable(`too many declarations in ${around.where}`);
    const declares = after?.text === ":=";
    if (!declares) names.forEach(known);
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
      case "word":
        return WORDS.get(token.text) ?? functionOf(token.text);
      case "sign":
        return token.text === "(" ? inParentheses() : unreadable(`unexpected ${quote(token.text)} in operand`);
    }
  };

  const functionOf = (name: string): Operand =>
    around.functions.has(name) ? { type: "function", name } : unreadable(`function ${quote(name)} not defined`);

  /** A pipeline whose opening parenthesis is read already. */
  const inParentheses = (): Operand => {
    depth += 1;
    if (depth > around.depth) return unreadable(`it is nested deeper than ${around.depth}`);
    const inner = commands(")");
    if (!sign(")")) return unreadable("unclosed left paren");
    at += 1;
    depth -= 1;
    return { type: "pipeline", pipeline: { ...NO_SETTING, commands: inner } };
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
