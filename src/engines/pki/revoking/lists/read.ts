import { VaultError } from "../../../../framework/errors.ts";
import type { BackendContext } from "../../../../framework/index.ts";
import type { Address, View } from "../../../../storage/store.ts";
import { findIndex, issuerIdOf, refOf } from "../../authorities/index-entry.ts";
import { indexAddress } from "../../model.ts";
import { buildLists, findHead } from "./build.ts";
import { type Head, headAddress, readParts, type StoredList } from "./stored.ts";

/**
 * Lists as clients get them. A list that is there costs the index, the head, and once in a process its parts. Where
 * issuers changed since, the lists are made first.
 */

export const listPrefetch = (_: unknown, storage: View): readonly Address[] => [
  indexAddress(storage),
  headAddress(storage),
];

export interface FoundList {
  readonly der: Buffer;
  readonly list: StoredList;
}

/** Why there is no list: no such issuer, or no issuer at all. */
export interface NoList {
  readonly missing: string;
}

/** Now and then a head is swapped while its list is read, but never this often in a row. */
const TRIES = 5;

const listIn = (head: Head, issuerId: string, kind: "complete" | "delta"): StoredList | undefined =>
  Object.values(head.lists).find(({ issuers }) => issuers.includes(issuerId))?.[kind] ?? undefined;

/** The list of an issuer, by `default`, name or id. */
export const findList = async (
  cx: BackendContext,
  ref: string,
  kind: "complete" | "delta",
): Promise<FoundList | NoList> => {
  for (let left = TRIES; left > 0; left -= 1) {
    const index = await findIndex(cx);
    const looked = issuerIdOf(index, refOf(ref));
    if ("missing" in looked) return looked;
    const { head } = await findHead(cx);
    if (head.generation !== index.generation) {
      await buildLists(cx, "new");
      continue;
    }
    const list = listIn(head, looked.id, kind);
    if (!list) return { missing: `unable to find CRL for issuer: id:${looked.id}/ref:${refOf(ref)}` };
    const der = await readParts(cx, list);
    if (der) return { der, list };
    // The last try makes lists whose parts were lost.
    if (left === 2) await buildLists(cx, "all");
  }
  throw new VaultError("storage_unavailable", { reason: "the lists change faster than they are read", retryAfter: 1 });
};
