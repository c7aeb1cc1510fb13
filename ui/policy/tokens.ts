/** A policy's text in pieces to colour. Only looks: what the text means is said by `src/policy`. */

export type TokenKind = "plain" | "comment" | "string" | "word" | "number";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

/** A comment, a quoted text (which may be unfinished), a word, a number. */
const PIECES = /(#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|("(?:\\.|[^"\\\n])*"?)|([A-Za-z_][\w-]*)|(\d[\w.]*)/g;
const KINDS: readonly TokenKind[] = ["comment", "string", "word", "number"];

export const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(PIECES)) {
    if (match.index > at) tokens.push({ kind: "plain", text: text.slice(at, match.index) });
    const which = match.slice(1).findIndex((group) => group !== undefined);
    tokens.push({ kind: KINDS[which] ?? "plain", text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) tokens.push({ kind: "plain", text: text.slice(at) });
  return tokens;
};

/** The same line by line; what spans lines is cut at their ends. */
export const tokenLines = (text: string): readonly (readonly Token[])[] => {
  const lines: Token[][] = [[]];
  for (const { kind, text: whole } of tokensOf(text)) {
    for (const [index, part] of whole.split("\n").entries()) {
      if (index > 0) lines.push([]);
      if (part !== "") lines.at(-1)?.push({ kind, text: part });
    }
  }
  return lines;
};
