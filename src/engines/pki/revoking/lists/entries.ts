import type { Certificate } from "../../../../x509/index.ts";
import { type Member, membersOf, membersUnder } from "../../../../x509/issuing/index.ts";

/** Bytes out of certificates and lists that were made here, unchanged: nothing is decoded and encoded again. */

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const VERSION = 0xa0;

/** The body of what is signed. */
const bodyOf = (der: Uint8Array): readonly Member[] => membersOf(membersUnder(SEQUENCE, der)[0]?.der ?? der);

/** The DER of a certificate's subject, as the names of its lists must be. */
export const subjectDer = ({ der }: Pick<Certificate, "der">): Uint8Array => {
  const body = bodyOf(der);
  // Version, number, algorithm, issuer, times, subject.
  const subject = body[body[0]?.tag === VERSION ? 5 : 4];
  if (!subject) throw new Error("a certificate has no subject");
  return subject.der;
};

/** The entries of a list, one behind the other; empty where it has none. */
export const entriesOf = (list: Uint8Array): Uint8Array => {
  // Version, algorithm, issuer, two times, and entries unless there are none.
  const entries = bodyOf(list)[5];
  return entries?.tag === SEQUENCE ? entries.content : new Uint8Array();
};

const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("hex")
    .replace(/^(?:00)+/, "");

/** Which of the numbers are among the entries. Both without zeros in front, as hexadecimal. */
export const listedAmong = (entries: Uint8Array, numbers: ReadonlySet<string>): ReadonlySet<string> => {
  const found = new Set<string>();
  if (numbers.size === 0) return found;
  for (let at = 0; at < entries.length; ) {
    const { end, number } = entryAt(entries, at);
    if (numbers.has(number)) found.add(number);
    at = end;
  }
  return found;
};

/** An entry begins with its number. An entry has fewer than 128 bytes, except where a number is very long. */
const entryAt = (entries: Uint8Array, at: number): { readonly end: number; readonly number: string } => {
  const first = entries[at + 1] ?? 0;
  const size = first < 0x80 ? 0 : first & 0x7f;
  let length = first;
  if (size > 0) {
    length = 0;
    for (let index = 0; index < size; index += 1) length = length * 0x100 + (entries[at + 2 + index] ?? 0);
  }
  const start = at + 2 + size;
  if (entries[at] !== SEQUENCE || entries[start] !== INTEGER) throw new Error("a list of this mount cannot be read");
  const digits = entries[start + 1] ?? 0;
  return { end: start + length, number: hexOf(entries.subarray(start + 2, start + 2 + digits)) };
};
