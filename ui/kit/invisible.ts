/** Characters that a reader would not see, or that turn text around. */

interface Piece {
  readonly text: string;
  /** What is drawn in its place. */
  readonly mark?: string | undefined;
}

const NAMED: Readonly<Record<string, string>> = {
  "\t": "tab",
  "\r": "CR",
  "\0": "NUL",
  "\u00a0": "nbsp",
  "\ufeff": "BOM",
};
/** Controls, invisible formatting (bidi marks among them), lone surrogates, separators, and blanks at a line's outside. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u00a0](?<!\n)|(?<=^ *) |\x20(?= *$)/gmu;

const markOf = (character: string): string =>
  character === " "
    ? "·"
    : (NAMED[character] ?? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`);

export const piecesOf = (text: string): readonly Piece[] => {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: character, index } of text.matchAll(UNSEEN)) {
    if (index > end) pieces.push({ text: text.slice(end, index) });
    pieces.push({ text: character, mark: markOf(character) });
    end = index + character.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
};
