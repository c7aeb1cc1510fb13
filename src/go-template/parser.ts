import type { Bounds } from "./bounds.ts";
import { TemplateError } from "./errors.ts";
import { lex } from "./lexer.ts";
import type { Branch, List, Node } from "./nodes.ts";
import { PipelineParser, tooDeep } from "./pipeline.ts";
import { quoted } from "./quote.ts";
import { newScope, Reader } from "./reader.ts";
import { DELIMITERS, type Delimiters, type Token } from "./tokens.ts";

/** Reads a template's blocks. Source: Go's text/template/parse, `parse.go`. */

export interface Parsed {
  readonly name: string;
  readonly source: string;
  /** The template itself, and those it defines, by name. */
  readonly named: ReadonlyMap<string, List>;
}

export interface Grammar {
  readonly name: string;
  /** All functions, Go's own too. */
  readonly functions: ReadonlySet<string>;
  readonly bounds: Bounds;
  readonly delimiters?: Delimiters | undefined;
}

/** What ends a list of nodes. */
interface End {
  readonly type: "end" | "else";
  readonly at: number;
}

const isEnd = (node: Node | End): node is End => node.type === "end" || node.type === "else";

/** A definition's name, and the line that Go names for an `else` in it, where that is not the `else`'s own. */
interface Head {
  readonly name: string;
  readonly line?: number;
}

type Block = Branch["type"];

const SPACE = /^(?:(?!\ufeff)[\s\u0085])*$/u;

/** Whether a definition says nothing, so that it may be replaced and replaces none. */
const isEmpty = ({ nodes }: List): boolean => nodes.every((node) => node.type === "text" && SPACE.test(node.text));

class Parser {
  private readonly reader: Reader;
  private readonly actions: PipelineParser;
  private readonly depth: number;
  private readonly named = new Map<string, List>();

  constructor(tokens: readonly Token[], { name, functions, bounds }: Grammar) {
    this.reader = new Reader(name, tokens);
    this.depth = bounds.depth;
    this.actions = new PipelineParser(this.reader, { functions, depth: bounds.depth });
  }

  template(name: string): ReadonlyMap<string, List> {
    const { reader } = this;
    const { at } = reader.peek();
    const nodes: Node[] = [];
    while (reader.peek().kind !== "end of text") {
      if (this.definition()) continue;
      const node = this.textOrAction(0);
      nodes.push(isEnd(node) ? reader.fail(`unexpected {{${node.type}}}`) : node);
    }
    this.add(name, { type: "list", at, nodes });
    return this.named;
  }

  private add(name: string, list: List): void {
    const known = this.named.get(name);
    if (!known || isEmpty(known)) this.named.set(name, list);
    else if (!isEmpty(list)) this.reader.fail(`template: multiple definition of template ${quoted(name)}`);
  }

  /** A `define`, where one is next. */
  private definition(): boolean {
    const { reader } = this;
    const start = reader.at;
    if (reader.next().kind !== "left delimiter" || reader.nextNonSpace().kind !== "define") {
      reader.at = start;
      return false;
    }
    const context = "define clause";
    this.body(context, 1, () => {
      const name = this.actions.text(reader.expect(context, "string", "raw string"));
      reader.expect(context, "right delimiter");
      return { name };
    });
    return true;
  }

  /** The body of a template of its own, which sees no variable but `$`. */
  private body(context: string, depth: number, head: () => Head): void {
    const { reader } = this;
    const outside = reader.scope;
    reader.scope = newScope();
    const { name, line } = head();
    const [list, end] = this.list(depth);
    if (end.type !== "end") reader.fail(`unexpected {{${end.type}}} in ${context}`, line);
    this.add(name, list);
    reader.scope = outside;
  }

  /** Nodes up to an `end` or `else` of the block around them. */
  private list(depth: number): readonly [List, End] {
    const { reader } = this;
    if (depth > this.depth) tooDeep(reader, this.depth);
    const { at } = reader.peekNonSpace();
    const nodes: Node[] = [];
    while (reader.peekNonSpace().kind !== "end of text") {
      const node = this.textOrAction(depth);
      if (isEnd(node)) return [{ type: "list", at, nodes }, node];
      nodes.push(node);
    }
    return reader.fail("unexpected EOF");
  }

  private textOrAction(depth: number): Node | End {
    const token = this.reader.nextNonSpace();
    if (token.kind === "text") return { type: "text", at: token.at, text: token.text };
    if (token.kind !== "left delimiter") return this.reader.unexpected(token, "input");
    this.reader.scope.actionLine = token.line;
    const node = this.action(depth);
    this.reader.scope.actionLine = 0;
    return node;
  }

  private action(depth: number): Node | End {
    const { reader } = this;
    const token = reader.nextNonSpace();
    switch (token.kind) {
      case "if":
      case "with":
      case "range":
        return this.branch(token.kind, depth + 1);
      case "block":
        return this.block(depth + 1);
      case "template":
        return this.call();
      case "break":
      case "continue":
        return this.leave(token.kind, token.at);
      case "else":
        return this.otherwise();
      case "end":
        return { type: "end", at: reader.expect("end", "right delimiter").at };
      default:
        reader.backup();
        return { type: "action", at: reader.peek().at, pipeline: this.actions.pipeline("command") };
    }
  }

  private leave(type: "break" | "continue", at: number): Node {
    const { reader } = this;
    const token = reader.nextNonSpace();
    if (token.kind !== "right delimiter") reader.unexpected(token, `{{${type}}}`);
    if (reader.scope.loops === 0) reader.fail(`{{${type}}} outside {{range}}`);
    return { type, at };
  }

  /** `{{else}}`; of `{{else if` the `if` is left to be read. */
  private otherwise(): End {
    const { reader } = this;
    const { kind, at } = reader.peekNonSpace();
    if (kind === "if" || kind === "with") return { type: "else", at };
    return { type: "else", at: reader.expect("else", "right delimiter").at };
  }

  private branch(type: Block, depth: number): Branch {
    const { scope } = this.reader;
    const known = scope.variables.length;
    const pipeline = this.actions.pipeline(type);
    if (type === "range") scope.loops += 1;
    const [then, end] = this.list(depth);
    if (type === "range") scope.loops -= 1;
    const otherwise = end.type === "else" ? this.elseList(type, end, depth) : undefined;
    scope.variables.length = known;
    return { type, at: pipeline.at, pipeline, then, otherwise };
  }

  private elseList(type: Block, { at }: End, depth: number): List {
    const { reader } = this;
    // `else if` and `else with` are a block of their own, which takes the `end` of the one around it.
    if (type !== "range" && reader.peek().kind === type) {
      reader.next();
      if (depth > this.depth) tooDeep(reader, this.depth);
      return { type: "list", at, nodes: [this.branch(type, depth + 1)] };
    }
    const [list, end] = this.list(depth);
    return end.type === "end" ? list : reader.fail(`expected end; found {{${end.type}}}`);
  }

  private name(context: string): { readonly at: number; readonly name: string } {
    const token = this.reader.expect(context, "string", "raw string");
    return { at: token.at, name: this.actions.text(token) };
  }

  private call(): Node {
    const { reader } = this;
    const context = "template clause";
    const { at, name } = this.name(context);
    if (reader.nextNonSpace().kind === "right delimiter") return { type: "template", at, name, pipeline: undefined };
    reader.backup();
    return { type: "template", at, name, pipeline: this.actions.pipeline(context) };
  }

  /** Defines a template and calls it. */
  private block(depth: number): Node {
    const context = "block clause";
    const { at, name } = this.name(context);
    const pipeline = this.actions.pipeline(context);
    const { line } = this.reader;
    this.body(context, depth, () => ({ name, line }));
    return { type: "template", at, name, pipeline };
  }
}

/** Throws `TemplateError` for what cannot be read, with Go's texts. */
export const parse = (source: string, grammar: Grammar): Parsed => {
  const { name, functions, bounds, delimiters = DELIMITERS } = grammar;
  if (source.length > bounds.source)
    throw new TemplateError("parse", `template: ${name}: it is longer than ${bounds.source} characters`, true);
  const notKeywords = new Set(["break", "continue"].filter((word) => functions.has(word)));
  const tokens = lex(source, delimiters, notKeywords);
  return { name, source, named: new Parser(tokens, grammar).template(name) };
};
