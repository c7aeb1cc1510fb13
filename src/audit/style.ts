import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { rfc3339 } from "../std/time.ts";
import { MARK, shortText } from "./short-text.ts";
import type { AuditDevice } from "./types.ts";

/** How one device wants its lines, down to how a text, a hash and a time are written. */

export type Hash = (value: string) => string;

export interface Style {
  /** Path of the device; the built-in one has none. */
  readonly device?: string;
  /** The built-in device's form: nothing twice, and nothing that always has the same value (`expand.ts`). */
  readonly compact: boolean;
  /** Nothing is hashed (`log_raw`). */
  readonly raw: boolean;
  readonly elideLists: boolean;
  /** What a part of a message is replaced by. */
  readonly hash: Hash;
  /** The hash of a text, as JSON. */
  readonly hashed: (value: string) => string;
  readonly hashedAccessor: (value: string) => string;
  /** A text that anybody may see, as JSON. */
  readonly text: (value: string) => string;
  /** Milliseconds since the epoch, as JSON. */
  readonly time: (ms: number) => string;
}

/** A key object: Node derives nothing from it a second time. `salt` is base64. */
const keyOf = (salt: string): KeyObject => createSecretKey(Buffer.from(salt, "base64"));

const hex = (key: KeyObject, value: string): string =>
  `hmac-sha256:${createHmac("sha256", key).update(value, "utf8").digest("hex")}`;

/** `hmac-sha256:` and lower-case hex, as Vault's audit log writes it. `salt` is base64. */
export const hasher = (salt: string): Hash => {
  const key = keyOf(salt);
  return (value) => hex(key, value);
};

/** As JSON writes it; lone surrogates are escaped. */
const json = (value: string): string => JSON.stringify(value);

/**
 * The built-in device's.
 *
 * Security: an empty text stays one. Its hash would say no less: it is the most frequent of all, and known from every
 * secret that has no time of deletion.
 */
export const builtInStyle = (salt: string): Style => {
  const key = keyOf(salt);
  const hashed = (value: string): string =>
    value === "" ? '""' : `"${MARK}${createHmac("sha256", key).update(value, "utf8").digest("base64url")}"`;
  return {
    compact: true,
    raw: false,
    elideLists: false,
    hash: (value) => hex(key, value),
    hashed,
    hashedAccessor: hashed,
    text: (value) => json(shortText(value)),
    time: (ms) => `"${new Date(ms).toISOString()}"`,
  };
};

export const styleOf = (device: Pick<AuditDevice, "path" | "options" | "salt">): Style => {
  const { options } = device;
  const on = (name: string, otherwise: boolean): boolean => {
    const text = options[name] ?? "";
    return text === "" ? otherwise : /^(1|t|true)$/i.test(text);
  };
  const raw = on("log_raw", false);
  const key = keyOf(device.salt);
  const hash: Hash = raw ? (value) => value : (value) => hex(key, value);
  const hashed = raw ? json : (value: string) => `"${hex(key, value)}"`;
  return {
    device: device.path,
    compact: false,
    raw,
    elideLists: on("elide_list_responses", false),
    hash,
    hashed,
    hashedAccessor: on("hmac_accessor", true) ? hashed : json,
    text: json,
    time: (ms) => `"${rfc3339(ms)}"`,
  };
};
