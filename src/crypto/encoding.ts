/**
 * One byte string for a list of fields, such that no two different lists give the same bytes: every field carries its
 * kind and its length. What is authenticated, hashed or used to derive a key goes through here, never through a join.
 *
 * Security: text is written as UTF-16, the one encoding in which no two JavaScript strings are equal (UTF-8 turns every
 * lone surrogate into U+FFFD). Joining with separators instead would let `a|b` + `c` pass for `a` + `b|c`.
 */

export type Field = string | number | Uint8Array | undefined;

const KIND = { absent: 0, text: 1, number: 2, bytes: 3 } as const;
const LENGTH_BYTES = 4;
const HEAD_BYTES = 1 + LENGTH_BYTES;
/** The longest decimal text of a number: `-0.0000012345678901234567`. */
const MOST_DIGITS = 25;

/** How much room a field may need besides its head. */
const mostOf = (field: Field): number => {
  if (field === undefined) return 0;
  if (typeof field === "string") return field.length * 2;
  return typeof field === "number" ? MOST_DIGITS : field.length;
};

/** Up to this many characters a loop is faster than a call into Node. */
const SHORT_TEXT = 100;

const putLength = (out: Buffer, value: number, at: number): number => {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
  return at + LENGTH_BYTES;
};

const putHead = (out: Buffer, kind: number, length: number, at: number): number => {
  out[at] = kind;
  return putLength(out, length, at + 1);
};

const putText = (out: Buffer, text: string, at: number): number => {
  if (text.length > SHORT_TEXT) return at + out.write(text, at, "utf16le");
  let next = at;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    out[next] = unit;
    out[next + 1] = unit >>> 8;
    next += 2;
  }
  return next;
};

const putDigits = (out: Buffer, digits: string, at: number): number => {
  for (let index = 0; index < digits.length; index += 1) out[at + index] = digits.charCodeAt(index);
  return at + digits.length;
};

const put = (out: Buffer, field: Field, at: number): number => {
  if (field === undefined) return putHead(out, KIND.absent, 0, at);
  if (typeof field === "string") return putText(out, field, putHead(out, KIND.text, field.length * 2, at));
  if (typeof field === "number") {
    const digits = String(field);
    return putDigits(out, digits, putHead(out, KIND.number, digits.length, at));
  }
  const content = putHead(out, KIND.bytes, field.length, at);
  out.set(field, content);
  return content + field.length;
};

/** Encodes fields injectively: count, then kind, length and content of each. `undefined` differs from empty text. */
export const encodeFields = (fields: readonly Field[]): Buffer => {
  let most = LENGTH_BYTES;
  for (const field of fields) most += HEAD_BYTES + mostOf(field);
  // One allocation and one pass, whose end is the end of what is answered: this runs for every entry sealed or opened.
  const out = Buffer.allocUnsafe(most);
  let at = putLength(out, fields.length, 0);
  for (const field of fields) at = put(out, field, at);
  return out.subarray(0, at);
};
