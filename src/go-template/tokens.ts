import { quoted } from "./quote.ts";

/** What templates consist of, and what errors call it. Source: Go's text/template/parse, `lex.go`. */

export type Keyword =
  | "block"
  | "break"
  | "continue"
  | "dot"
  | "define"
  | "else"
  | "end"
  | "if"
  | "nil"
  | "range"
  | "template"
  | "with";

export type TokenKind =
  | Keyword
  | "error"
  | "end of text"
  | "text"
  | "left delimiter"
  | "right delimiter"
  | "space"
  | "bool"
  | "character"
  | "number"
  | "complex"
  | "string"
  | "raw string"
  | "field"
  | "identifier"
  | "variable"
  | "assign"
  | "declare"
  | "pipe"
  | "left paren"
  | "right paren"
  | "sign";

export interface Token {
  readonly kind: TokenKind;
  /** Where it begins, in characters. */
  readonly at: number;
  /** As it is written, or the text of an error. */
  readonly text: string;
  /** Where it begins; from 1. */
  readonly line: number;
}

export interface Delimiters {
  readonly left: string;
  readonly right: string;
}

export const DELIMITERS: Delimiters = { left: "{{", right: "}}" };

export const KEYWORDS: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ["block", "block"],
  ["break", "break"],
  ["continue", "continue"],
  ["define", "define"],
  ["else", "else"],
  ["end", "end"],
  ["if", "if"],
  ["nil", "nil"],
  ["range", "range"],
  ["template", "template"],
  ["with", "with"],
  ["true", "bool"],
  ["false", "bool"],
]);

export const SIGNS: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ["=", "assign"],
  ["|", "pipe"],
  ["(", "left paren"],
  [")", "right paren"],
]);

const WORD_TOKENS: ReadonlySet<TokenKind> = new Set([...KEYWORDS.values()].filter((kind) => kind !== "bool"));

/** `strconv`'s `%.10q`, and what else an error calls a token. */
export const tokenName = ({ kind, text }: Token): string => {
  if (kind === "end of text") return "EOF";
  if (kind === "error") return text;
  if (WORD_TOKENS.has(kind) || kind === "dot") return `<${text}>`;
  return Buffer.byteLength(text) > 10 ? `${quoted([...text].slice(0, 10).join(""))}...` : quoted(text);
};
