import type { BackendContext, EmptyReply } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import type { Write } from "../../../storage/store.ts";
import { type IssuersIndex, issuerAddress, keyAddress } from "../model.ts";
import { changeIndex, DEFAULT_REF, issuerIdOf, refOf } from "./index-entry.ts";
import { referenceWarnings } from "./role-references.ts";

/** Deletes one issuer, or all of them with their keys. What they signed stays valid, in the mount and elsewhere. */

interface Removed {
  readonly id: string;
  readonly name: string;
  readonly wasDefault: boolean;
}

const removeFrom = (index: IssuersIndex, ref: string, { storage }: BackendContext) => {
  const looked = issuerIdOf(index, ref);
  if ("missing" in looked) return { result: undefined };
  const { id } = looked;
  const name = index.issuers.find((issuer) => issuer.id === id)?.name ?? "";
  const wasDefault = index.default === id;
  const issuers = index.issuers.filter((issuer) => issuer.id !== id);
  return {
    next: { ...index, issuers, default: wasDefault ? "" : index.default },
    also: [{ op: "delete", address: issuerAddress(storage, id), when: "any" }] satisfies Write[],
    result: { id, name, wasDefault },
  };
};

const warningsOf = async ({ id, name, wasDefault }: Removed, ref: string, cx: BackendContext) => {
  const own = await referenceWarnings([...(name === "" ? [] : [name]), id], cx);
  if (!wasDefault) return own;
  const deleted = `Deleted issuer ${id} (via issuer_ref ${cut(ref)}); this was configured as the default issuer. Operations without an explicit issuer will not work until a new default is configured.`;
  return [...own, deleted, ...(await referenceWarnings([DEFAULT_REF], cx))];
};

/** Deletes an issuer; one that is not there is gone already. Its key stays. */
export const removeIssuer = async (ref: string, cx: BackendContext): Promise<EmptyReply> => {
  const removed = await changeIndex<Removed | undefined>(cx, (index) => removeFrom(index, refOf(ref), cx));
  return { data: null, warnings: removed ? await warningsOf(removed, ref, cx) : [] };
};

/** Entries that go in one transaction. */
const AT_ONCE = 40;

const ALL_GONE =
  "DELETE /root deletes all keys and issuers; prefer the new DELETE /key/:key_ref and DELETE /issuer/:issuer_ref for finer granularity, unless removal of all keys and issuers is desired.";

/** Deletes all issuers, then all keys, some at a time: killed in between, what is left is whole and can be deleted again. */
export const removeAll = async (cx: BackendContext): Promise<EmptyReply> => {
  const { storage } = cx;
  for (let left = true; left; ) {
    left = await changeIndex(cx, (index) => {
      const issuers = index.issuers.slice(0, AT_ONCE);
      const keys = index.keys.slice(0, AT_ONCE);
      const also = [
        ...issuers.map(({ id }) => issuerAddress(storage, id)),
        ...keys.map(({ id }) => keyAddress(storage, id)),
      ].map((address): Write => ({ op: "delete", address, when: "any" }));
      if (also.length === 0) return { result: false };
      const next = { ...index, issuers: index.issuers.slice(AT_ONCE), keys: index.keys.slice(AT_ONCE) };
      const stays = (all: readonly { readonly id: string }[], id: string): string =>
        all.some((one) => one.id === id) ? id : "";
      const defaults = { default: stays(next.issuers, index.default), defaultKey: stays(next.keys, index.defaultKey) };
      return { next: { ...next, ...defaults }, also, result: next.issuers.length + next.keys.length > 0 };
    });
  }
  return { data: null, warnings: [ALL_GONE] };
};
