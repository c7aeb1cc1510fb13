/**
 * Reads BER as LDAP uses it: definite lengths, single-byte tags. Pure.
 *
 * Security: a text of elements is taken apart completely or not at all, so that nothing in it is read past its end or
 * skipped. Source: RFC 4511, section 5.1.
 */

export interface Element {
  readonly tag: number;
  readonly body: Buffer;
}

/** The bytes are not what they should be. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

const malformed = (why: string): never => {
  throw new Malformed(why);
};

interface Header {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const LONG = 0x80;
const MOST_LENGTH_BYTES = 4;

/** The header at an offset; `undefined`: it is not whole. */
const headerAt = (bytes: Buffer, at: number): Header | undefined => {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  if (first < LONG) return { tag, start: at + 2, end: at + 2 + first };
  const count = first - LONG;
  if (count === 0 || count > MOST_LENGTH_BYTES) malformed("a length is indefinite or too long");
  const start = at + 2 + count;
  if (bytes.length < start) return undefined;
  return { tag, start, end: start + bytes.readUIntBE(at + 2, count) };
};

/** How many bytes the first element takes, header included; `undefined`: its header is not whole. */
export const lengthOf = (bytes: Buffer): number | undefined => headerAt(bytes, 0)?.end;

/** The elements that the bytes consist of, one after another. Throws `Malformed`. */
export const elementsOf = (bytes: Buffer): readonly Element[] => {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const header = headerAt(bytes, at);
    if (!header || header.end > bytes.length) return malformed("an element is cut off");
    found.push({ tag: header.tag, body: bytes.subarray(header.start, header.end) });
    at = header.end;
  }
  return found;
};

/** The body of an element that must be there and of this kind. Throws `Malformed`. */
export const bodyOf = (element: Element | undefined, tag: number): Buffer =>
  element?.tag === tag ? element.body : malformed("an element is missing or of another kind");

/** A whole number of at most four bytes. Throws `Malformed`. */
export const integerOf = (element: Element | undefined, tag: number): number => {
  const body = bodyOf(element, tag);
  return body.length >= 1 && body.length <= 4 ? body.readIntBE(0, body.length) : malformed("a number is too long");
};
