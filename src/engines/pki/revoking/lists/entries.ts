import type { Certificate } from "../../../../x509/index.ts";
import { subjectDerOf } from "../../../../x509/issuing/index.ts";
import { plainHex } from "../serials.ts";

export { entriesOf } from "../../../../x509/issuing/index.ts";

/** Which numbers are in the entries of a list: those are looked through as bytes, for there may be 100,000. */

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** The DER of a certificate's subject, as the names of its lists must be. */
export const subjectDer = ({ der }: Pick<Certificate, "der">): Uint8Array => subjectDerOf(der);

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
  return { end: start + length, number: plainHex(entries.subarray(start + 2, start + 2 + digits)) };
};
