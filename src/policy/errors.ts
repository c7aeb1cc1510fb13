/**
 * Why a policy, or a policy's name, was refused. `wire` is what the caller is told, word for word; it repeats at most
 * a few dozen characters of what was sent, so that an answer never echoes a document back.
 */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly wire: string;

  constructor(wire: string, options: { readonly cause?: unknown } = {}) {
    super(wire, options.cause === undefined ? undefined : { cause: options.cause });
    this.wire = wire;
  }
}

const LONGEST_ECHO = 48;

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

const escapeCharacter = (char: string): string => {
  const named = NAMED[char];
  if (named !== undefined) return named;
  const code = Number(char.codePointAt(0));
  if (code < 128) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
};

/** Quotes text as Go's `%q` does, and shortens it when it is long. */
export const quote = (text: string): string => {
  const chars = Array.from(text.slice(0, LONGEST_ECHO + 2));
  const shown = text.length > LONGEST_ECHO ? [...chars.slice(0, LONGEST_ECHO), "…"] : chars;
  return `"${shown.map((char) => (/["\\]|[\p{C}\p{Zl}\p{Zp}]|[^ \P{Zs}]/u.test(char) ? escapeCharacter(char) : char)).join("")}"`;
};
