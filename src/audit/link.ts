import { hexOf, isDigest } from "./short-text.ts";

/**
 * What ties audit lines together, as it is written into them: shapes, and the text that a checkpoint signs. It runs in a
 * browser too, where the web page checks logs.
 */

/** Of every line: `chain`. A text, `writer.seq.digest`; lines of former releases have an object with these members. */
export interface Link {
  /** One environment's chain in one destination. */
  readonly writer: string;
  /** From 1, without gaps; checkpoints count. */
  readonly seq: number;
  /** SHA-256 of the writer's line before, in hex. */
  readonly prev: string;
}

/** Of a checkpoint's line: `checkpoint`. */
export interface Checkpoint {
  /** First number of the run it closes. */
  readonly from: number;
  /** Id of the key: the first 16 hex digits of the SHA-256 of its SPKI. */
  readonly key: string;
  /** Ed25519 over `signedText`, base64. */
  readonly signature: string;
}

export const NO_LINE = "0".repeat(64);

/** `digest`: SHA-256 of the writer's line before, in base64url. */
export const linkText = (writer: string, seq: number, digest: string): string => `${writer}.${seq}.${digest}`;

/** The digest before a writer's first line. */
export const NO_DIGEST = "A".repeat(43);

/** A writer's name has 12 characters here and 24 in a former release's object: a link is written in one way only. */
const LINK = /^([\w-]{12})\.([1-9]\d{0,15})\.([\w-]{43})$/;

/** `undefined`: not what `linkText` writes. */
export const readLink = (text: string): Link | undefined => {
  const [, writer, number, digest] = LINK.exec(text) ?? [];
  const seq = Number(number);
  if (writer === undefined || digest === undefined || !isDigest(digest) || !Number.isSafeInteger(seq)) return undefined;
  return { writer, seq, prev: hexOf(digest) };
};

/** No field can hold a line feed, so no two checkpoints share a text. */
export const signedText = (link: Link, from: number, time: string): string =>
  `zeroth audit checkpoint v1\n${link.writer}\n${from}\n${link.seq}\n${time}\n${link.prev}\n`;
