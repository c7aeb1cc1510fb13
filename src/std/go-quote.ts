/** Source: Go documentation, package strconv. */
const GO_ESCAPES: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

const escaped = (char: string): string => {
  const known = GO_ESCAPES[char];
  if (known !== undefined) return known;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80 && (code < 0x20 || code === 0x7f)) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (!/[\p{C}\p{Z}]/u.test(char) || char === " ") return char;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
};

/** A text as Go quotes it (`strconv.Quote`, `%q`): what does not print is escaped. */
export const goQuote = (text: string): string => `"${[...text].map(escaped).join("")}"`;
