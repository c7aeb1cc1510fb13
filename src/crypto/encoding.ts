/**
 * One byte string for a list of fields, such that no two different lists give the same bytes: every field carries its
 * kind and its length. What is authenticated, hashed or used to derive a key goes through here, never through a join.
 *
 * Security: text is written as UTF-16, the one encoding in which no two JavaScript strings are equal (UTF-8 turns every
 * lone surrogate into U+FFFD). Joining with separators instead would let `a|b` + `c` pass for `a` + `b|c`.
 */

export type Field = string | number | Uint8Array | undefined;

const KIND = { absent: 0, text: 1, number: 2, bytes: 3 } as const;
const COUNT_BYTES = 4;
const HEAD_BYTES = 5;

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

/** Encodes fields injectively: count, then kind, length and content of each. `undefined` differs from empty text. */
export const encodeFields = (fields: readonly Field[]): Buffer => {
  const size = fields.reduce<number>((sum, field) => sum + HEAD_BYTES + lengthOf(field), COUNT_BYTES);
  // One allocation: this runs for every entry sealed or opened.
  const out = Buffer.alloc(size);
  let at = out.writeUInt32BE(fields.length, 0);
  for (const field of fields) {
    at = out.writeUInt8(kindOf(field), at);
    at = out.writeUInt32BE(lengthOf(field), at);
    if (typeof field === "string") at += out.write(field, at, "utf16le");
    else if (typeof field === "number") at += out.write(String(field), at, "latin1");
    else if (field !== undefined) {
      out.set(field, at);
      at += field.length;
    }
  }
  return out;
};
