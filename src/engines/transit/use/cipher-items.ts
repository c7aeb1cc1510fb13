import { invalidRequest } from "../../../framework/index.ts";
import type { JsonValue } from "../../../std/json.ts";
import type { StoredKey } from "../model.ts";
import { decoded } from "./cipher.ts";
import { type CipherItem, checkCount, EMPTY_ITEM } from "./items.ts";
import { attempt, type Result } from "./results.ts";

/** The items of a request to encrypt, decrypt or rewrap, before the key is known. */

export interface Items {
  /** Whether they came as `batch_input`. */
  readonly batch: boolean;
  readonly items: readonly CipherItem[];
  /** The decoded context of each. */
  readonly contexts: readonly Result<Uint8Array>[];
}

/** Throws where some items name a context and others do not. */
const checkContexts = (items: readonly CipherItem[]): void => {
  const set = items[0]?.context !== "";
  if (items.some(({ context }) => (context !== "") !== set)) {
    throw invalidRequest("context should be set either in all the request blocks or in none");
  }
};

/** Reads the items of `batch_input`, or else the one of `alone`. */
export const readItems = (
  batchInput: JsonValue | undefined,
  parse: (raw: JsonValue) => readonly CipherItem[],
  alone: () => Partial<CipherItem>,
): Items => {
  const batch = batchInput !== undefined && batchInput !== null;
  const items = batch ? parse(batchInput) : [{ ...EMPTY_ITEM, ...alone() }];
  checkContexts(items);
  return { batch, items, contexts: items.map(({ context }) => attempt(() => decoded(context))) };
};

/** An operation with a private key or a public one costs a thousand times what symmetric encryption does. */
const MOST_ASYMMETRIC = 1000;

/** Throws where a batch has more items than a key of the type processes in one request. */
export const checkBatch = ({ type }: StoredKey, items: readonly unknown[]): void => {
  if (/^(?:rsa|ecdsa|ed25519)/.test(type)) checkCount(items.length, MOST_ASYMMETRIC);
};
