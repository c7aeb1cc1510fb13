import { isJsonObject, type JsonObject, readJson } from "../std/json.ts";
import { type Checkpoint, type Link, readLink } from "./link.ts";

/**
 * Reads one line of an audit log for the judge: what it says of its place in a chain, and its checkpoint if it is one.
 * It looks at no other line, checks no signature, and runs in a browser too.
 */

export interface Line {
  /** Its number in the log, from 1. */
  readonly at: number;
  /** SHA-256 of its text, in hex. */
  readonly hash: string;
  readonly link: Link;
  readonly time: string;
  readonly checkpoint: Checkpoint | undefined;
}

/** What is wrong with a log, and the line it is said of. */
export class Problem extends Error {
  readonly line: number;
  constructor(line: number, what: string) {
    super(what);
    this.line = line;
  }
}

const RECORDS = new Set(["request", "response", "checkpoint"]);

const linkOf = (value: unknown): Link | undefined => {
  if (typeof value === "string") return readLink(value);
  if (!isJsonObject(value)) return undefined;
  const { writer, seq, prev } = value as { writer?: unknown; seq?: unknown; prev?: unknown };
  if (typeof writer !== "string" || typeof seq !== "number" || typeof prev !== "string") return undefined;
  return /^[0-9a-f]{24}$/.test(writer) && Number.isSafeInteger(seq) && seq > 0 && /^[0-9a-f]{64}$/.test(prev)
    ? { writer, seq, prev }
    : undefined;
};

const checkpointOf = (value: unknown): Checkpoint | undefined => {
  if (!isJsonObject(value)) return undefined;
  const { from, key, signature } = value as { from?: unknown; key?: unknown; signature?: unknown };
  if (typeof from !== "number" || typeof key !== "string" || typeof signature !== "string") return undefined;
  return { from, key, signature };
};

const objectOf = (text: string): JsonObject | undefined => {
  const value = readJson(text);
  return isJsonObject(value) ? value : undefined;
};

/**
 * A checkpoint's line is vouched for by its signature alone until another line follows, so it must be what was written,
 * character by character: readers of base64 and JSON take several spellings of a value.
 */
const asWritten = (text: string, time: string, checkpoint: Checkpoint, chain: unknown, link: Link): boolean => {
  const { from, key, signature } = checkpoint;
  const { writer, seq, prev } = link;
  const written = typeof chain === "string" ? chain : { writer, seq, prev };
  return (
    /^[\w+/]{85}[AQgw]==$/.test(signature) &&
    text === JSON.stringify({ time, type: "checkpoint", checkpoint: { from, key, signature }, chain: written })
  );
};

/**
 * Reads line `at`. `undefined`: not an audit line, and `mixed` allows those. Throws `Problem` for one that cannot be
 * what was written.
 */
export const readLine = (text: string, hash: string, at: number, mixed: boolean): Line | undefined => {
  const object = objectOf(text);
  const type = object?.["type"];
  const isRecord = typeof type === "string" && RECORDS.has(type);
  if (!object || !(isRecord || "chain" in object)) {
    if (mixed) return undefined;
    throw new Problem(at, "is not an audit line");
  }
  const link = linkOf(object["chain"]);
  if (!link) throw new Problem(at, "belongs to no chain: it was inserted or changed");
  const time = typeof object["time"] === "string" ? object["time"] : "";
  if (type !== "checkpoint") return { at, hash, link, time, checkpoint: undefined };
  const checkpoint = checkpointOf(object["checkpoint"]);
  if (!checkpoint || !asWritten(text, time, checkpoint, object["chain"], link)) {
    throw new Problem(at, "is not a readable checkpoint: it was changed");
  }
  return { at, hash, link, time, checkpoint };
};
