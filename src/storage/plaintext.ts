import { type JsonValue, parseJson, writeJson } from "../std/json.ts";
import { Sensitive } from "../std/sensitive.ts";
import { broken, tooLarge } from "./errors.ts";
import { MAX_BODY_BYTES } from "./limits.ts";
import type { Secrets } from "./store.ts";

/**
 * What is sealed: the true name as JSON (or `null`), a line feed, the body as JSON. An entry with secret bytes goes on
 * with a zero byte, their names and lengths as JSON, a line feed, and the bytes one after the other. JSON writes a zero
 * byte as an escape, so the first one found is the end of the body.
 *
 * Security: secret bytes are never text. A string cannot be erased and may be copied by the engine at any time; these
 * are kept in separate buffers, which their holder can fill with zeros, and nowhere else once the plaintext is erased.
 */

const MARK = 0;

export interface Plaintext {
  readonly name: string | undefined;
  readonly body: JsonValue;
  readonly secrets: Secrets | undefined;
}

/** Throws `payload_too_large` for a body, with its secret bytes, above 1 MiB. The answer is the caller's to erase. */
export const encode = (name: string | undefined, body: JsonValue, secrets: Secrets = {}): Buffer => {
  const head = `${JSON.stringify(name ?? null)}\n`;
  const text = Buffer.from(head + writeJson(body));
  const named = Object.entries(secrets).map(([key, secret]): [string, Uint8Array] => [key, secret.reveal()]);
  const size = named.reduce((sum, [, bytes]) => sum + bytes.length, text.length - Buffer.byteLength(head));
  if (size > MAX_BODY_BYTES) throw tooLarge("a value is above 1 MiB");
  if (named.length === 0) return text;
  const index = named.map(([key, bytes]) => [key, bytes.length]);
  const whole = Buffer.concat([
    text,
    Buffer.of(MARK),
    Buffer.from(`${JSON.stringify(index)}\n`),
    ...named.map(([, bytes]) => bytes),
  ]);
  text.fill(0);
  return whole;
};

const isRow = (row: unknown): row is readonly [string, number] =>
  Array.isArray(row) && typeof row[0] === "string" && Number.isSafeInteger(row[1]) && row[1] >= 0;

const secretsOf = (rest: Buffer): Secrets => {
  const end = rest.indexOf("\n");
  const index: unknown = JSON.parse(rest.subarray(0, end).toString("utf8"));
  if (!Array.isArray(index) || !index.every(isRow)) throw broken("the index of secret bytes is malformed");
  let at = end + 1;
  const secrets = new Map<string, Sensitive<Uint8Array>>();
  for (const [name, length] of index) {
    // Copied: the plaintext is erased.
    secrets.set(name, new Sensitive(new Uint8Array(rest.subarray(at, at + length))));
    at += length;
  }
  if (at !== rest.length) throw broken("secret bytes are missing or too many");
  return Object.fromEntries(secrets);
};

export const decode = (plain: Buffer): Plaintext => {
  const mark = plain.indexOf(MARK);
  const text = plain.subarray(0, mark < 0 ? plain.length : mark).toString("utf8");
  const line = text.indexOf("\n");
  const name: unknown = JSON.parse(text.slice(0, line));
  return {
    name: typeof name === "string" ? name : undefined,
    body: parseJson(text.slice(line + 1)),
    secrets: mark < 0 ? undefined : secretsOf(plain.subarray(mark + 1)),
  };
};
