import type { Found } from "./fetch.ts";
import type { Need } from "./need.ts";

/** Every text in what was fetched. */

const MOST_DEEP = 64;

const collect = (value: unknown, into: Set<string>, depth = 0): void => {
  if (typeof value === "string") into.add(value);
  else if (typeof value === "number" || typeof value === "bigint") into.add(String(value));
  else if (typeof value === "object" && value !== null && depth < MOST_DEEP) {
    for (const item of Object.values(value)) collect(item, into, depth + 1);
  }
};

/** `needs`: what was asked, because what is written may be secret as well. */
export const textsIn = (found: Iterable<Found>, needs: Iterable<Need> = []): ReadonlySet<string> => {
  const texts = new Set<string>();
  for (const need of needs) if (need.kind === "write" || need.kind === "pki") collect(need.data, texts);
  for (const one of found) {
    if (one.kind === "secret") collect([one.secret.data, one.secret.auth, one.secret.wrap_info], texts);
    if (one.kind === "certificate") collect(one.certificate, texts);
    if (one.kind === "file") texts.add(Buffer.from(one.bytes).toString("utf8"));
  }
  texts.delete("");
  return texts;
};

/** This many characters of a secret in a row are not there by chance. */
const TELLING = 6;
const HIDDEN = "[redacted]";

/** Whole texts first, the longest first; then what is left of them. */
const withoutWhole = (message: string, texts: readonly string[], source: string): string => {
  let rest = message;
  for (const text of texts) {
    if (text.length >= 3 && !source.includes(text)) rest = rest.replaceAll(text, HIDDEN);
  }
  return rest;
};

const withoutParts = (message: string, texts: readonly string[], source: string): string => {
  const isTelling = (piece: string): boolean => !source.includes(piece) && texts.some((text) => text.includes(piece));
  let rest = "";
  for (let at = 0; at < message.length; ) {
    let end = at + TELLING;
    if (end > message.length || HIDDEN.includes(message.slice(at, end)) || !isTelling(message.slice(at, end))) {
      rest += message[at];
      at += 1;
      continue;
    }
    while (end < message.length && isTelling(message.slice(at, end + 1))) end += 1;
    rest += HIDDEN;
    at = end;
  }
  return rest;
};

/**
 * A message without the secrets that a template had at hand. The functions' errors show no values already; this holds
 * where one forgets. What the template's own text says stays.
 */
export const redacted = (message: string, texts: ReadonlySet<string>, source: string): string => {
  const sorted = [...texts].sort((a, b) => b.length - a.length);
  return withoutParts(withoutWhole(message, sorted, source), sorted, source);
};
