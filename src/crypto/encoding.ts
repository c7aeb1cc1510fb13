/**
 * One byte string for a list of fields, such that no two different lists give the same bytes: every field carries its
 * kind and its length. What is authenticated, hashed or used to derive a key goes through here, never through a join.
 *
 * Security: text is written as UTF-16, the one encoding in which no two JavaScript strings are equal (UTF-8 turns every
 * lone surrogate into U+FFFD). Joining with separators instead would let `a|b` + `c` pass for `a` + `b|c`.
 */

export type Field = string | number | Uint8Array | undefined;

const KIND = { absent: 0, text: 1, number: 2, bytes: 3 } as const;

const frame = (kind: number, content: Uint8Array): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
};

const encodeField = (field: Field): Buffer => {
  if (field === undefined) return frame(KIND.absent, new Uint8Array());
  if (typeof field === "string") return frame(KIND.text, Buffer.from(field, "utf16le"));
  if (typeof field === "number") return frame(KIND.number, Buffer.from(String(field), "latin1"));
  return frame(KIND.bytes, field);
};

/** Encodes fields injectively: count, then kind, length and content of each. `undefined` differs from empty text. */
export const encodeFields = (fields: readonly Field[]): Buffer => {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(fields.length, 0);
  return Buffer.concat([count, ...fields.map(encodeField)]);
};
