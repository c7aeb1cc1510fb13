import { multiError, VaultError } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";

/** Pairs stored with a name: their limits, and when they are the same. Lengths are in bytes. Source: Vault's identity store. */

const MAX_PAIRS = 64;
const MAX_KEY = 128;
const MAX_VALUE = 512;
const RESERVED = "vault-";
const KEY = /^[a-zA-Z0-9=/+_-]+$/;
const PRINTABLE = /^(?:[^\p{C}\p{Z}]| )*$/u;

type Pairs = Readonly<Record<string, string>>;

export const samePairs = (a: Pairs, b: Pairs): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

const size = (text: string): number => Buffer.byteLength(text);
const tooMuch = (wire: string): VaultError => new VaultError("invalid_request", { wire, multi: true });

const problemOf = (key: string, value: string): string | undefined => {
  if (key === "") return "key cannot be blank";
  if (!KEY.test(key)) return "key contains invalid characters";
  if (size(key) > MAX_KEY) return `key is too long (limit: ${MAX_KEY} characters)`;
  if (key.startsWith(RESERVED)) return `key prefix "${RESERVED}" is reserved for internal use`;
  return size(value) > MAX_VALUE ? `value is too long (limit: ${MAX_VALUE} characters)` : undefined;
};

/** Of an entity or group. Throws `invalid_request` with Vault's texts. */
export const checkMetadata = (of: "entity" | "group", pairs: Pairs): void => {
  const entries = Object.entries(pairs);
  if (entries.length > MAX_PAIRS) {
    throw tooMuch(`invalid ${of} metadata: metadata cannot contain more than ${MAX_PAIRS} key/value pairs`);
  }
  for (const [key, value] of entries) {
    const problem = problemOf(key, value);
    if (problem === undefined) continue;
    const pair = `${shown(key)}, ${shown(value)}`;
    throw tooMuch(`invalid ${of} metadata: failed to load metadata pair (${pair}): ${problem}`);
  }
};

/** `custom_metadata` of an alias. Throws `invalid_request` with all faults at once, as Vault does. */
export const checkCustomMetadata = (pairs: Pairs): void => {
  const entries = Object.entries(pairs);
  const prefix = "custom_metadata validation failed:";
  if (entries.length > MAX_PAIRS) {
    throw tooMuch(`${prefix} payload must contain at most ${MAX_PAIRS} keys, provided ${entries.length}`);
  }
  const faults = entries.flatMap(([key, value]) => {
    const name = shown(key);
    const [keySize, valueSize] = [size(key), size(value)];
    return [
      ...(keySize === 0 || keySize > MAX_KEY
        ? [`${prefix} length of key ${name} is ${keySize} but must be 0 < len(key) <= ${MAX_KEY}`]
        : []),
      ...(valueSize === 0 || valueSize > MAX_VALUE
        ? [`${prefix} length of value for key ${name} is ${valueSize} but must be 0 < len(value) <= ${MAX_VALUE}`]
        : []),
      ...(PRINTABLE.test(key) ? [] : [`${prefix} key ${name} contains unprintable characters`]),
      ...(PRINTABLE.test(value) ? [] : [`${prefix} value for key ${name} contains unprintable characters`]),
    ];
  });
  if (faults.length > 0) throw new VaultError("invalid_request", { wire: multiError(...faults) });
};
