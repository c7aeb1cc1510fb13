import { quote, unreadable } from "./errors.ts";

/** Cuts a template into text and the tokens of its actions. Source: Go's text/template/parse, `lex.go`. */

export type TokenKind = "field" | "variable" | "dot" | "word" | "string" | "number" | "sign";

export interface Token {
  readonly kind: TokenKind;
  /** A field or variable without its `.` or `$`; a string without its quotes. */
  readonly text: string;
  /** Follows the token before it without a blank, so that `.A.B` is one operand and `.A .B` are two. */
  readonly joined: boolean;
}

export type Piece =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "action"; readonly tokens: readonly Token[] };

const BLANKS = /[ \t\r\n]+/y;
const COMMENT = /\/\*[\s\S]*?\*\//y;
const TOKENS: readonly (readonly [TokenKind, RegExp])[] = [
  ["string", /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  [
    "number",
    /[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[0-9A-Za-z_.]*|'(?:[^'\\\n]|\\[^\n])[^'\n]{0,10}'/y,
  ],
  ["field", /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ["variable", /\$(?:[\p{L}\p{N}_]*)/uy],
  ["word", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["sign", /:=|[=|,()]/y],
  ["dot", /\./y],
];

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]))/g;

/** The text between Go's quotes. */
export const unescaped = (inner: string): string =>
  inner.replace(ESCAPE, (whole, two?: string, four?: string, eight?: string, octal?: string, letter?: string) => {
    const hex = two ?? four ?? eight;
    const code = hex === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(hex, 16);
    if (letter !== undefined) return ESCAPES[letter] ?? unreadable(`unknown escape ${quote(whole)}`);
    return code <= 0x10ffff ? String.fromCodePoint(code) : unreadable(`unknown escape ${quote(whole)}`);
  });

const stringOf = (text: string): string => (text.startsWith("`") ? text.slice(1, -1) : unescaped(text.slice(1, -1)));

const tokenText = (kind: TokenKind, text: string): string => {
  if (kind === "string") return stringOf(text);
  return kind === "field" || kind === "variable" ? text.slice(1) : text;
};

/** No token begins here. */
const unfit = (source: string, at: number): never =>
  at >= source.length
    ? unreadable("unclosed action")
    : unreadable(`unexpected ${quote(source.slice(at, at + 10))} in command`);

/** Reads one action from behind its `{{`; tells where it ends and whether it trims what follows. */
const lexAction = (source: string, from: number, trims: boolean) => {
  const tokens: Token[] = [];
  let at = from;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  if (trims) take(BLANKS);
  const comment = take(COMMENT);
  for (let joined = false; ; joined = true) {
    if (take(BLANKS) !== undefined) {
      joined = false;
      if (source.startsWith("-}}", at)) return { tokens, comment, end: at + 3, trims: true };
    }
    if (source.startsWith("}}", at)) return { tokens, comment, end: at + 2, trims: false };
    if (comment !== undefined) return unreadable("comment ends before closing delimiter");
    const before = at;
    const kind = TOKENS.find(([, pattern]) => take(pattern) !== undefined)?.[0];
    if (kind === undefined) return unfit(source, at);
    tokens.push({ kind, text: tokenText(kind, source.slice(before, at)), joined: joined && tokens.length > 0 });
  }
};

interface Trims {
  readonly start: boolean;
  readonly end: boolean;
}

const trimmed = (text: string, { start, end }: Trims): string => {
  const begun = start ? text.replace(/^[ \t\r\n]+/, "") : text;
  return end ? begun.slice(0, begun.length - trailing(begun)) : begun;
};

export const lex = (source: string): readonly Piece[] => {
  const pieces: Piece[] = [];
  let from = 0;
  let trimming = false;
  for (;;) {
    const open = source.indexOf("{{", from);
    const trims = open >= 0 && /^-[ \t\r\n]/.test(source.slice(open + 2, open + 4));
    const text = trimmed(source.slice(from, open < 0 ? source.length : open), { start: trimming, end: trims });
    if (text !== "") pieces.push({ type: "text", text });
    if (open < 0) return pieces;
    const action = lexAction(source, open + (trims ? 3 : 2), trims);
    if (action.comment === undefined) pieces.push({ type: "action", tokens: action.tokens });
    from = action.end;
    trimming = action.trims;
  }
};

/** The number of blanks at the end of a text, counted from the end: a pattern would try every start. */
const trailing = (text: string): number => {
  let count = 0;
  while (count < text.length && " \t\r\n".includes(text.charAt(text.length - 1 - count))) count += 1;
  return count;
};
