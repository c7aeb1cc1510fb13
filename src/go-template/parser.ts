import type { Bounds } from "./bounds.ts";
import { quote, unreadable } from "./errors.ts";
import { lex, type Piece, type Token } from "./lexer.ts";
import type { List, Node, Pipeline } from "./nodes.ts";
import { parsePipeline } from "./pipeline.ts";

/** Reads a template's blocks. Source: Go's text/template/parse, `parse.go`. */

export interface Parsed {
  readonly main: List;
  readonly named: ReadonlyMap<string, List>;
}

/** What ends a list of nodes, and the tokens after its keyword. */
interface End {
  readonly word: "end" | "else" | "end of the template";
  readonly rest: readonly Token[];
}

type Block = "if" | "with" | "range";

const isBlock = (word: string): word is Block => word === "if" || word === "with" || word === "range";

export const parse = (source: string, functions: ReadonlySet<string>, bounds: Bounds): Parsed => {
  if (source.length > bounds.source) unreadable(`it is longer than ${bounds.source} characters`);
  const pieces: readonly Piece[] = lex(source);
  const named = new Map<string, List>();
  let at = 0;
  let variables: string[] = ["" /* `$` itself */];
  let loops = 0;

  const pipeline = (tokens: readonly Token[], where: string, most: 1 | 2 = 1): Pipeline => {
    const parsed = parsePipeline(tokens, { functions, depth: bounds.depth, variables, most, where });
    if (parsed.declares) variables.push(...parsed.variables);
    return parsed;
  };

  /** Variables that are declared inside are forgotten at the end. */
  const scoped = <T>(read: () => T): T => {
    const outside = variables.length;
    const result = read();
    variables.length = outside;
    return result;
  };

  const nothing = (tokens: readonly Token[], word: string): void => {
    if (tokens.length > 0) unreadable(`unexpected ${quote(tokens[0]?.text ?? "")} in ${word}`);
  };

  const block = (word: Block, tokens: readonly Token[], depth: number): Node =>
    scoped(() => {
      const head = pipeline(tokens, word, word === "range" ? 2 : 1);
      loops += word === "range" ? 1 : 0;
      const [then, end] = scoped(() => list(depth));
      loops -= word === "range" ? 1 : 0;
      if (end.word === "end of the template") return unreadable("unexpected EOF");
      return {
        type: word,
        pipeline: head,
        then,
        otherwise: end.word === "else" ? otherwise(word, end.rest, depth) : [],
      };
    });

  const otherwise = (word: Block, rest: readonly Token[], depth: number): List => {
    const next = rest[0]?.kind === "word" ? rest[0].text : undefined;
    // `else if` and `else with` are a block of their own, which takes the `end` of the one around it.
    if (next === word && word !== "range") return [block(word, rest.slice(1), depth + 1)];
    nothing(rest, "else");
    const [nodes, end] = scoped(() => list(depth));
    if (end.word === "else") return unreadable("expected end; found {{else}}");
    return end.word === "end" ? nodes : unreadable("unexpected EOF");
  };

  const nameOf = (tokens: readonly Token[], word: string): string => {
    const [first] = tokens;
    return first?.kind === "string" ? first.text : unreadable(`${word} needs a name in quotes`);
  };

  /** The body of a template of its own, which sees no variable but `$`. */
  const body = (name: string, depth: number): void => {
    const [outside, around] = [variables, loops];
    variables = [""];
    loops = 0;
    const [nodes, end] = list(depth);
    if (end.word !== "end") unreadable(end.word === "else" ? "unexpected {{else}}" : "unexpected EOF");
    nothing(end.rest, "end");
    // Go lets an empty definition be replaced, and replace nothing.
    const known = named.get(name) ?? [];
    if (known.length > 0 && nodes.length > 0) unreadable(`multiple definition of template ${quote(name)}`);
    if (known.length === 0) named.set(name, nodes);
    [variables, loops] = [outside, around];
  };

  const leave = (word: "break" | "continue", rest: readonly Token[]): Node => {
    nothing(rest, word);
    return loops > 0 ? { type: word } : unreadable(`{{${word}}} outside {{range}}`);
  };

  /** `template` runs a template by its name; `block` defines it first. */
  const call = (word: "template" | "block", rest: readonly Token[], depth: number): Node => {
    const name = nameOf(rest, word);
    const given = rest.length > 1 ? pipeline(rest.slice(1), word) : undefined;
    if (word === "block") {
      if (!given) return unreadable("block needs a value");
      body(name, depth);
    }
    return { type: "template", name, pipeline: given };
  };

  const define = (rest: readonly Token[], depth: number): undefined => {
    if (depth > 1) unreadable("unexpected {{define}}");
    nothing(rest.slice(1), "define");
    body(nameOf(rest, "define"), depth);
    return undefined;
  };

  const keyword = (word: string, rest: readonly Token[], depth: number): Node | undefined => {
    if (isBlock(word)) return block(word, rest, depth);
    switch (word) {
      case "template":
      case "block":
        return call(word, rest, depth);
      case "define":
        return define(rest, depth);
      case "break":
      case "continue":
        return leave(word, rest);
      default:
        return undefined;
    }
  };
  const KEYWORDS = new Set(["if", "with", "range", "template", "block", "define", "break", "continue"]);

  /** What an action does; `undefined` for a definition, which does nothing in place. */
  const action = (tokens: readonly Token[], word: string, rest: readonly Token[], depth: number): Node | undefined =>
    KEYWORDS.has(word) ? keyword(word, rest, depth + 1) : { type: "action", pipeline: pipeline(tokens, "command", 1) };

  /** The next node, the end of the list, or `undefined` for a definition. */
  const next = (depth: number): Node | End | undefined => {
    const piece = pieces[at];
    at += 1;
    if (piece === undefined) return { word: "end of the template", rest: [] };
    if (piece.type === "text") return piece;
    const [first, ...rest] = piece.tokens;
    const word = first?.kind === "word" ? first.text : "";
    if (word === "end") nothing(rest, word);
    return word === "end" || word === "else" ? { word, rest } : action(piece.tokens, word, rest, depth);
  };

  /** Nodes up to an `end` or `else` of the block around them. */
  const list = (depth: number): readonly [List, End] => {
    if (depth > bounds.depth) unreadable(`it is nested deeper than ${bounds.depth}`);
    const nodes: Node[] = [];
    for (;;) {
      const found = next(depth);
      if (found && "word" in found) return [nodes, found];
      if (found) nodes.push(found);
    }
  };

  const [main, end] = list(0);
  if (end.word !== "end of the template") unreadable(`unexpected {{${end.word}}}`);
  return { main, named };
};
