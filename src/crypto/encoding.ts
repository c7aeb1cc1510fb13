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

const lengthOf = (field: Field): number => {
  if (field === undefined) return 0;
  if (typeof field === "string") return field.length * 2;
  return typeof field === "number" ? String(field).length : field.length;
};

const kindOf = (field: Field): number => {
  if (field === undefined) return KIND.absent;
  if (typeof field === "string") return KIND.text;
  return typeof field === "number" ? KIND.number : KIND.bytes;
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

const putContent = (out: Buffer, field: Field, at: number): number => {
  if (field === undefined) return at;
  if (typeof field === "string") return putText(out, field, at);
  if (typeof field === "number") return at + out.write(String(field), at, "latin1");
  out.set(field, at);
  return at + field.length;
};

/** Encodes fields injectively: count, then kind, length and content of each. `undefined` differs from empty text. */
export const encodeFields = (fields: readonly Field[]): Buffer => {
  let size = LENGTH_BYTES;
  for (const field of fields) size += HEAD_BYTES + lengthOf(field);
  // One allocation, and every byte of it is written below: this runs for every entry sealed or opened.
  const out = Buffer.allocUnsafe(size);
  let at = putLength(out, fields.length, 0);
  for (const field of fields) {
    out[at] = kindOf(field);
    at = putContent(out, field, putLength(out, lengthOf(field), at + 1));
  }
  return out;
};
