import { type BackendContext, invalidRequest, type VaultError } from "../../../framework/index.ts";
import { uuid } from "../../../std/random.ts";
import { cut } from "../../../std/shown.ts";
import { change, leave } from "../../../storage/change.ts";
import type { Address, View, Write } from "../../../storage/store.ts";
import { IssuersIndex, indexAddress, NO_URLS } from "../model.ts";
import { rowListings } from "../revoking/rows.ts";

/**
 * The index of issuers and keys: the one entry through which all changes of them go, so that they follow one another as
 * if under a lock. What is written besides it is written in the same transaction.
 */

const EMPTY: IssuersIndex = {
  default: "",
  defaultKey: "",
  followsLatest: false,
  generation: "",
  issuers: [],
  keys: [],
  urls: NO_URLS,
  cluster: { path: "", aiaPath: "" },
};

/** What to read together with the token wherever an issuer or a key is used. */
export const authorityPrefetch = (_: unknown, storage: View): readonly Address[] => [indexAddress(storage)];

/** The index as it is; an empty one where the mount has no issuer, no key and no addresses. */
export const findIndex = async ({ storage }: BackendContext): Promise<IssuersIndex> => {
  const entry = await storage.get(indexAddress(storage));
  return entry ? IssuersIndex.parse(entry.body) : EMPTY;
};

export interface IndexChange<T> {
  /** The index after it, `generation` aside; absent: nothing is written at all. */
  readonly next?: IssuersIndex | undefined;
  /** Writes of the same transaction. */
  readonly also?: readonly Write[] | undefined;
  readonly result: T;
}

/**
 * Changes issuers and keys. `decide` may be called more than once, each time with what the index then is, and throws to
 * refuse. The first change also makes the listings of the certificates' rows.
 */
export const changeIndex = <T>(
  cx: BackendContext,
  decide: (index: IssuersIndex) => IndexChange<T> | Promise<IndexChange<T>>,
): Promise<T> => {
  const { storage, random, crash } = cx;
  return change<T>(
    storage,
    indexAddress(storage),
    async (entry) => {
      const { next, also = [], result } = await decide(entry ? IssuersIndex.parse(entry.body) : EMPTY);
      if (!next) return leave(result);
      const first = entry ? [] : rowListings(storage);
      return { op: "put", body: { ...next, generation: uuid(random) }, also: [...first, ...also], result };
    },
    { around: (write) => crash("pki.authorities", write) },
  );
};

/** The parameter of paths under `issuer/`. */
export const ISSUER = { issuer_ref: "`default`, or the name or id of an issuer." };

/** `default` in any case, with blanks around it or not, is the default; everything else is as it is written. */
export const DEFAULT_REF = "default";
export const refOf = (given: string): string => {
  const ref = given.trim();
  return ref.toLowerCase() === DEFAULT_REF ? DEFAULT_REF : ref;
};

const found = (all: readonly { readonly id: string; readonly name: string }[], ref: string): string | undefined =>
  (all.find(({ id }) => id === ref) ?? all.find(({ name }) => name !== "" && name === ref))?.id;

/** The id of an issuer by `default`, its id or its name, in this order; or why there is none. */
export const issuerIdOf = (
  index: IssuersIndex,
  ref: string,
): { readonly id: string } | { readonly missing: string } => {
  if (ref === DEFAULT_REF) {
    return index.default === "" ? { missing: "no default issuer currently configured" } : { id: index.default };
  }
  const id = found(index.issuers, ref);
  return id === undefined ? { missing: `unable to find PKI issuer for reference: ${cut(ref)}` } : { id };
};

/** The same for keys. */
export const keyIdOf = (index: IssuersIndex, ref: string): { readonly id: string } | { readonly missing: string } => {
  if (ref === DEFAULT_REF) {
    return index.defaultKey === "" ? { missing: "no default key currently configured" } : { id: index.defaultKey };
  }
  const id = found(index.keys, ref);
  return id === undefined ? { missing: `unable to find PKI key for reference: ${cut(ref)}` } : { id };
};

/** A mistake that the reference answers as a bare error. */
export const wrapped = (text: string): VaultError => invalidRequest(text, { multi: true });

/** The id, or a refusal that says why. */
export const idOrRefuse = (looked: { readonly id: string } | { readonly missing: string }): string => {
  if ("missing" in looked) throw wrapped(looked.missing);
  return looked.id;
};

/** The id of the key that belongs to an issuer; `""`: the mount does not have it. */
export const keyIdOfIssuer = (index: IssuersIndex, issuerId: string): string => {
  const publicKey = index.issuers.find(({ id }) => id === issuerId)?.publicKey;
  return index.keys.find((key) => key.publicKey === publicKey)?.id ?? "";
};
