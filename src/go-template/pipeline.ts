import type { Command, Operand, Pipeline, VariableNode } from "./nodes.ts";
import { plainNumber, readNumber } from "./numbers.ts";
import { quoted, unquoted } from "./quote.ts";
import type { Reader } from "./reader.ts";
import type { Token, TokenKind } from "./tokens.ts";

/** Reads the contents of an action: variables, commands, operands. Source: Go's text/template/parse, `parse.go`. */

export interface Language {
  readonly functions: ReadonlySet<string>;
  /** Deepest nesting of parentheses, and of blocks. */
  readonly depth: number;
}

const OPERANDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "character",
  "complex",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "raw string",
  "string",
  "variable",
  "left paren",
]);

/** What cannot take an argument, and so not come second in a pipeline. */
const CONSTANTS: ReadonlySet<Operand["type"]> = new Set<Operand["type"]>(["bool", "dot", "nil", "number", "string"]);

export const tooDeep = (reader: Reader, depth: number): never => reader.fail(`it is nested deeper than ${depth}`);

export class PipelineParser {
  private readonly reader: Reader;
  private readonly language: Language;
  private parens = 0;

  constructor(reader: Reader, language: Language) {
    this.reader = reader;
    this.language = language;
  }

  /** A pipeline up to and with the token that ends it. */
  pipeline(context: string, end: "right delimiter" | "right paren" = "right delimiter"): Pipeline {
    const { reader } = this;
    const { at } = reader.peekNonSpace();
    const { variables, assigns } = this.setting(context);
    const commands: Command[] = [];
    for (;;) {
      const token = reader.nextNonSpace();
      if (token.kind === end) break;
      if (!OPERANDS.has(token.kind)) reader.unexpected(token, context);
      reader.backup();
      commands.push(this.command());
    }
    if (commands.length === 0) reader.fail(`missing value for ${context}`);
    const constant = commands.findIndex(({ first }, index) => index > 0 && CONSTANTS.has(first.type));
    if (constant > 0) reader.fail(`non executable command in pipeline stage ${constant + 1}`);
    return { type: "pipeline", at, variables, assigns, commands };
  }

  /** The string between quotes that a token writes. */
  text(token: Token): string {
    return unquoted(token.text) ?? this.reader.fail("invalid syntax");
  }

  /** `$a :=`, `$a =`, and in a range `$a, $b :=`. */
  private setting(context: string): Pick<Pipeline, "variables" | "assigns"> {
    const { reader } = this;
    const variables: VariableNode[] = [];
    let assigns = false;
    while (reader.peekNonSpace().kind === "variable") {
      const start = reader.at;
      const variable = reader.next();
      const next = reader.peekNonSpace();
      const isComma = next.kind === "sign" && next.text === ",";
      if (!isComma && next.kind !== "assign" && next.kind !== "declare") {
        reader.at = start;
        break;
      }
      reader.next();
      variables.push({ type: "variable", at: variable.at, name: variable.text, fields: [] });
      reader.scope.variables.push(variable.text);
      if (!isComma) {
        assigns = next.kind === "assign";
        break;
      }
      this.second(context, variables.length);
    }
    return { variables, assigns };
  }

  /** What follows the comma after a variable. */
  private second(context: string, known: number): void {
    const { reader } = this;
    if (context !== "range" || known > 1) reader.fail(`too many declarations in ${context}`);
    if (!["variable", "right delimiter", "right paren"].includes(reader.peekNonSpace().kind))
      reader.fail("range can only initialize variables");
  }

  private command(): Command {
    const { reader } = this;
    const { at } = reader.peekNonSpace();
    const operands: Operand[] = [];
    for (;;) {
      reader.peekNonSpace();
      const operand = this.operand();
      if (operand) operands.push(operand);
      const token = reader.next();
      if (token.kind === "space") continue;
      if (token.kind === "right delimiter" || token.kind === "right paren") reader.backup();
      else if (token.kind !== "pipe") reader.unexpected(token, "operand");
      break;
    }
    const [first, ...args] = operands;
    return first ? { type: "command", at, first, args } : reader.fail("empty command");
  }

  private operand(): Operand | undefined {
    const { reader } = this;
    const term = this.term();
    const { kind, at } = reader.peek();
    if (!term || kind !== "field") return term;
    const fields: string[] = [];
    while (reader.peek().kind === "field") fields.push(reader.next().text.slice(1));
    if (term.type === "field") return { ...term, at, names: [...term.names, ...fields] };
    if (term.type === "variable") return { ...term, at, fields };
    if (CONSTANTS.has(term.type))
      reader.fail(`unexpected . after term ${quoted("text" in term ? term.text : wordOf(term))}`);
    return { type: "chain", at, of: term, fields };
  }

  /** `undefined`: the next token begins no operand. */
  private term(): Operand | undefined {
    const token = this.reader.nextNonSpace();
    const { at, text } = token;
    switch (token.kind) {
      case "identifier":
        if (!this.language.functions.has(text)) this.reader.fail(`function ${quoted(text)} not defined`);
        return { type: "function", at, name: text };
      case "dot":
      case "nil":
        return { type: token.kind, at };
      case "variable":
        return this.variable(token);
      case "field":
        return { type: "field", at, names: [text.slice(1)] };
      case "bool":
        return { type: "bool", at, value: text === "true" };
      case "character":
      case "complex":
      case "number":
        return this.number(token);
      case "left paren":
        return this.inParentheses();
      case "string":
      case "raw string":
        return { type: "string", at, text, value: this.text(token) };
      default:
        this.reader.backup();
        return undefined;
    }
  }

  private variable({ at, text }: Token): Operand {
    const { reader } = this;
    if (!reader.scope.variables.includes(text)) reader.fail(`undefined variable ${quoted(text)}`);
    return { type: "variable", at, name: text, fields: [] };
  }

  private number({ kind, at, text }: Token): Operand {
    const numbers = readNumber(text, kind === "character");
    if (typeof numbers === "string") return this.reader.fail(numbers);
    return { type: "number", at, text, ...numbers, plain: plainNumber(text, numbers) };
  }

  private inParentheses(): Operand {
    this.parens += 1;
    if (this.parens > this.language.depth) tooDeep(this.reader, this.language.depth);
    const pipeline = this.pipeline("parenthesized pipeline", "right paren");
    this.parens -= 1;
    return pipeline;
  }
}

const wordOf = (term: Operand): string => {
  if (term.type === "bool") return String(term.value);
  return term.type === "nil" ? "nil" : ".";
};
