import { as } from "../../std/brand.ts";
import { sameSecret } from "../../std/same-secret.ts";
import type { KeptAnswer } from "./common.ts";
import type { RequestKey, TokenDigest } from "./key.ts";

/**
 * What is kept of leases and tokens, and what ends with what: a lease with the token that asked for it, a token with its
 * parent. Nothing outlives its owner here.
 */

export interface Entry {
  readonly key: RequestKey;
  readonly namespace: string;
  /** As the server reads it: `/v1/database/creds/app`. */
  readonly path: string;
  readonly answer: KeptAnswer;
  /** Milliseconds by the steady clock. */
  readonly since: number;
  readonly lease?: string | undefined;
  /** What the answer brought, where it brought a token. */
  readonly token?: TokenDigest | undefined;
  readonly accessor?: string | undefined;
  /** Whose token asked; absent for a token without a parent. */
  readonly owner?: TokenDigest | undefined;
  /** Ends its renewal. */
  stop(): void;
}

const MOST_ENTRIES = 1000;
const MOST_BYTES = 16 * 1024 * 1024;

export interface Entries {
  get(key: RequestKey): Entry | undefined;
  /** False where the entry does not fit: then nothing is kept. */
  add(entry: Entry): boolean;
  remove(entry: Entry): void;
  /** Together with what belongs to it. */
  removeWhere(wanted: (entry: Entry) => boolean): void;
  /** Ends a token: with its leases and its children, and theirs. */
  removeToken(token: TokenDigest): void;
  /** Ends a token and its leases; its children go on without a parent. */
  orphanChildren(token: TokenDigest): void;
  byAccessor(accessor: string): TokenDigest | undefined;
  /** Whether leases and children of this token are kept. */
  isManaged(token: TokenDigest): boolean;
  /** The agent's own token, which no entry stands for. */
  manage(token: TokenDigest, accessor: string): void;
  clear(): void;
}

export const createEntries = (mostEntries = MOST_ENTRIES, mostBytes = MOST_BYTES): Entries => {
  const entries = new Map<RequestKey, Entry>();
  const byToken = new Map<TokenDigest, Entry>();
  const own = new Map<TokenDigest, string>();
  let bytes = 0;

  const drop = (entry: Entry): boolean => {
    if (entries.get(entry.key) !== entry) return false;
    entries.delete(entry.key);
    bytes -= entry.answer.body.length;
    if (entry.token !== undefined && byToken.get(entry.token) === entry) byToken.delete(entry.token);
    entry.stop();
    return true;
  };
  const removeOwned = (owner: TokenDigest): void => {
    for (const entry of [...entries.values()]) if (entry.owner === owner) remove(entry);
  };
  const remove = (entry: Entry): void => {
    if (drop(entry) && entry.token !== undefined) removeOwned(entry.token);
  };
  const removeToken = (token: TokenDigest): void => {
    own.delete(token);
    const entry = byToken.get(token);
    if (entry !== undefined) remove(entry);
    removeOwned(token);
  };

  return {
    get: (key) => entries.get(key),
    add: (entry) => {
      const before = entries.get(entry.key);
      if (before !== undefined) remove(before);
      if (entries.size >= mostEntries || bytes + entry.answer.body.length > mostBytes) return false;
      entries.set(entry.key, entry);
      bytes += entry.answer.body.length;
      if (entry.token !== undefined) byToken.set(entry.token, entry);
      return true;
    },
    remove,
    removeWhere: (wanted) => {
      for (const entry of [...entries.values()]) if (wanted(entry)) remove(entry);
    },
    removeToken,
    orphanChildren: (token) => {
      own.delete(token);
      const entry = byToken.get(token);
      if (entry !== undefined) drop(entry);
      for (const owned of [...entries.values()]) {
        if (owned.owner === undefined || !sameSecret(owned.owner, token)) continue;
        if (owned.token === undefined) drop(owned);
        else {
          // No request leads to it any more: who asked for it held the token that has ended.
          const orphan = { ...owned, owner: undefined, key: as<RequestKey>(`orphan ${owned.token}`) };
          entries.delete(owned.key);
          entries.set(orphan.key, orphan);
          byToken.set(owned.token, orphan);
        }
      }
    },
    byAccessor: (accessor) => {
      for (const [token, known] of own) if (known === accessor) return token;
      for (const entry of byToken.values()) if (entry.accessor === accessor) return entry.token;
      return undefined;
    },
    isManaged: (token) => own.has(token) || byToken.has(token),
    manage: (token, accessor) => {
      for (const before of [...own.keys()]) if (!sameSecret(before, token)) removeToken(before);
      own.set(token, accessor);
    },
    clear: () => {
      for (const entry of [...entries.values()]) drop(entry);
    },
  };
};
