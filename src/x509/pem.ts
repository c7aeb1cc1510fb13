import { isBase64 } from "../std/base64.ts";
import { Unreadable } from "./errors.ts";

/** PEM texts: one or more blocks, whatever stands between them. Source: RFC 7468. */

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/** The bytes of each block with one of the labels, in order; blocks with headers or other labels are passed over. */
export const pemBlocks = (text: string, labels: readonly string[]): readonly Buffer[] =>
  [...text.matchAll(BLOCK)]
    .filter(([, label = ""]) => labels.includes(label))
    .map(([, , body = ""]) => Buffer.from(body.replace(/\s+/g, ""), "base64"));

/** The one block of the labels. Throws `Unreadable` for none, and for more. */
export const onePemBlock = (text: string, labels: readonly string[]): Buffer => {
  const [first, ...more] = pemBlocks(text, labels);
  if (!first) throw new Unreadable("not PEM of that kind");
  if (more.length > 0) throw new Unreadable("more than one block");
  return first;
};

/** One block, in lines of 64 characters, without a line break at its end. */
export const pemBlock = (label: string, der: Uint8Array): string => {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join("\n");
};

export interface PemBlock {
  readonly label: string;
  /** Whether it has header lines, as encrypted keys of old have. */
  readonly headers: boolean;
  readonly der: Buffer;
  /** Where it ends in the text. */
  readonly end: number;
}

const LINES =
  /^-----BEGIN ([A-Z0-9 ]{1,40})-----[ \t\r]*\n((?:[A-Za-z][\w-]*:[^\n]*\n)*)([A-Za-z0-9+/=\s]*)-----END \1-----/gm;

/**
 * The blocks that Go reads, of any label, in order: they begin with a line, and their lines are base64 to the last
 * digit. What is not such a block is passed over.
 */
export function* wholeBlocks(text: string): Generator<PemBlock> {
  for (const match of text.matchAll(LINES)) {
    const [whole, label = "", headers = "", body = ""] = match;
    const digits = body.replace(/\s+/g, "");
    if (!isBase64(digits)) continue;
    const end = match.index + whole.length;
    yield { label, headers: headers !== "", der: Buffer.from(digits, "base64"), end };
  }
}
