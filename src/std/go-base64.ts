/** Base64 as Go's `encoding/base64` reads it: line breaks are skipped, and an error names the first byte that is wrong. */

const OUTSIDE = /[^A-Za-z0-9+/]/;
const OUTSIDE_URL = /[^A-Za-z0-9_-]/;
const BREAKS = /[\r\n]/;

/** Whether a text without line breaks is whole quanta of the standard alphabet with the padding they need. */
const isPlain = (text: string): boolean => {
  if (text.length % 4 !== 0) return false;
  const at = text.search(OUTSIDE);
  if (at < 0) return true;
  if (at < text.length - 2) return false;
  return text.endsWith("=") && (at === text.length - 1 || text.endsWith("=="));
};

/** Bytes of padded base64 of the standard alphabet; `undefined`: it is not, and `base64Fault` says why. */
export const base64Bytes = (text: string): Buffer | undefined => {
  if (isPlain(text)) return Buffer.from(text, "base64");
  if (!BREAKS.test(text)) return undefined;
  const plain = text.replace(/[\r\n]/g, "");
  return isPlain(plain) ? Buffer.from(plain, "base64") : undefined;
};

/** Bytes of unpadded base64 of the alphabet for URLs; `undefined`: it is not. */
export const base64UrlBytes = (text: string): Buffer | undefined => {
  const plain = BREAKS.test(text) ? text.replace(/[\r\n]/g, "") : text;
  return plain.length % 4 === 1 || OUTSIDE_URL.test(plain) ? undefined : Buffer.from(plain, "base64url");
};

const isBreak = (char: string | undefined): boolean => char === "\n" || char === "\r";

/** Where reading fails behind a padding sign at `at`, `taken` characters into its quantum. */
const faultOfPadding = (text: string, at: number, taken: number): number => {
  if (taken < 2) return at;
  let next = at + 1;
  const skip = (): void => {
    while (isBreak(text[next])) next++;
  };
  if (taken === 2) {
    skip();
    if (next === text.length) return next;
    if (text[next] !== "=") return next - 1;
    next++;
  }
  skip();
  return next;
};

/** The index of the first byte that Go refuses. Of a text that it takes, its length. */
const faultAt = (text: string): number => {
  let taken = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (isBreak(char)) continue;
    if (char === "=") return faultOfPadding(text, at, taken);
    if (OUTSIDE.test(char)) return at;
    taken = (taken + 1) % 4;
  }
  return text.length - taken;
};

/** Why `base64Bytes` refuses a text, in Go's words. Source: Go, encoding/base64, `CorruptInputError`. */
export const base64Fault = (text: string): string => `illegal base64 data at input byte ${faultAt(text)}`;
