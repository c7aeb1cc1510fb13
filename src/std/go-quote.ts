/** Texts and characters between quotes as Go writes them. Source: Go documentation, package strconv. */

const PRINTS = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Whether Go prints the character as it is: letters, marks, numbers, punctuation, symbols and the ASCII blank. */
export const isPrint = (char: string): boolean => PRINTS.test(char);

/** What the letter behind a backslash means. */
export const GO_LETTERS: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([...GO_LETTERS].map(([letter, char]) => [char, `\\${letter}`]));

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");

/** One character between such quotes; `ascii`: nothing else stays as it is. */
export const goEscape = (char: string, quote: string, ascii = false): string => {
  if (char === quote) return `\\${char}`;
  const letter = ESCAPES.get(char);
  if (letter !== undefined) return letter;
  const code = char.codePointAt(0) ?? 0;
  if ((!ascii || code < 0x80) && isPrint(char)) return char;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
};

/** A text as Go quotes it (`strconv.Quote`, `%q`): what does not print is escaped. */
export const goQuote = (text: string): string => `"${[...text].map((char) => goEscape(char, '"')).join("")}"`;
