import type { KeyObject } from "node:crypto";
import { type BackendContext, VaultError } from "../../../framework/index.ts";
import { type Certificate, pemBlocks, readCertificate } from "../../../x509/index.ts";
import { signerFor } from "../../../x509/issuing/index.ts";
import {
  type IssuersIndex,
  issuerAddress,
  keyAddress,
  type SigningIssuer,
  StoredIssuer,
  type Usage,
} from "../model.ts";
import { chainsOf } from "./chains.ts";
import { findIndex, issuerIdOf, keyIdOfIssuer, refOf, wrapped } from "./index-entry.ts";
import { keyOfEntry } from "./key-material.ts";
import { urlsOf } from "./urls.ts";

/**
 * The issuers of a mount as they are used: read once, kept in the memory of the process, and known by the index's
 * `generation`, so that a request that uses an issuer reads the index and nothing more.
 *
 * Security: what is kept is never older than the index that was just read, so an issuer that lost a usage, or is gone,
 * signs nothing from the next request on.
 */

/** An issuer with what the index and the others say about it. */
export interface Issuer {
  readonly stored: StoredIssuer;
  readonly name: string;
  /** `""`: the key is elsewhere. */
  readonly keyId: string;
  readonly certificate: Certificate;
  readonly serial: string;
  /** Ids from itself to its root. */
  readonly chain: readonly string[];
}

/** What a process remembers of one generation. */
interface Remembered {
  readonly issuers: ReadonlyMap<string, Issuer>;
  readonly keys: Map<string, KeyObject>;
}

/** The issuers as one index has them. */
export interface Authority {
  readonly index: IssuersIndex;
  /** In the order in which they came. */
  readonly issuers: readonly Issuer[];
  /** By `default`, id or name. Throws with the reference's texts. */
  issuer(ref: string): Issuer;
  /** PEM with a newline at its end, from the issuer itself to its root. */
  chainOf(issuer: Issuer): readonly string[];
  /** The private key of an id of the index. */
  key(id: string): Promise<KeyObject>;
}

const AT_ONCE = 100;
const KEPT_MS = 15 * 60_000;
/** Generations kept: the one in use, and the one before for requests that began with it. */
const KEPT = 2;

/** An entry that the index names was not there: it was deleted since the index was read. */
class Outdated extends Error {
  override readonly name = "Outdated";
}

export const certificateIn = (pem: string): Certificate => {
  const [der] = pemBlocks(pem, ["CERTIFICATE"]);
  if (!der) throw new Error("the entry of an issuer holds no certificate");
  return readCertificate(der);
};

const readIssuers = async ({ storage }: BackendContext, index: IssuersIndex): Promise<ReadonlyMap<string, Issuer>> => {
  const read: { readonly stored: StoredIssuer; readonly certificate: Certificate }[] = [];
  for (let at = 0; at < index.issuers.length; at += AT_ONCE) {
    const some = index.issuers.slice(at, at + AT_ONCE);
    for (const entry of await storage.getMany(some.map(({ id }) => issuerAddress(storage, id)))) {
      if (!entry) throw new Outdated();
      const stored = StoredIssuer.parse(entry.body);
      read.push({ stored, certificate: certificateIn(stored.certificate) });
    }
  }
  const members = read.map(({ stored: { id, manualChain }, certificate }) => ({ id, certificate, manualChain }));
  const chains = chainsOf(members);
  return new Map(
    read.map(({ stored, certificate }, at) => {
      const { id } = stored;
      const { name = "", serial = "" } = index.issuers[at] ?? {};
      return [id, { stored, name, serial, certificate, keyId: keyIdOfIssuer(index, id), chain: chains.get(id) ?? [] }];
    }),
  );
};

const readKey = async ({ storage }: BackendContext, id: string): Promise<KeyObject> => {
  const entry = await storage.get(keyAddress(storage, id));
  if (!entry) throw new Outdated();
  return keyOfEntry(entry);
};

const authorityFor = async (cx: BackendContext, index: IssuersIndex): Promise<Authority> => {
  const cache = cx.cache<Remembered>("pki.authority", { maxAgeMs: KEPT_MS, most: KEPT });
  const known = cache.get(index.generation);
  const remembered = known ?? { issuers: await readIssuers(cx, index), keys: new Map<string, KeyObject>() };
  if (!known && index.generation !== "") cache.set(index.generation, remembered);
  const { issuers, keys } = remembered;
  const byId = (id: string): Issuer => {
    const issuer = issuers.get(id);
    if (!issuer) throw wrapped(`pki issuer id ${id} does not exist`);
    return issuer;
  };
  return {
    index,
    issuers: [...issuers.values()],
    issuer: (ref) => {
      const looked = issuerIdOf(index, refOf(ref));
      if ("missing" in looked) throw wrapped(looked.missing);
      return byId(looked.id);
    },
    chainOf: ({ chain }) => chain.map((id) => byId(id).stored.certificate),
    key: async (id) => {
      if (!index.keys.some((key) => key.id === id)) throw wrapped(`pki key id ${id} does not exist`);
      const key = keys.get(id) ?? (await readKey(cx, id));
      keys.set(id, key);
      return key;
    },
  };
};

const TRIES = 8;

/** Runs `work` over the issuers as they are; once more where one was deleted in between. */
export const withAuthority = async <T>(
  cx: BackendContext,
  work: (authority: Authority) => T | Promise<T>,
): Promise<T> => {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await work(await authorityFor(cx, await findIndex(cx)));
    } catch (cause) {
      if (!(cause instanceof Outdated)) throw cause;
      if (left > 1) continue;
      throw new VaultError("storage_unavailable", {
        reason: "issuers change faster than they are read",
        retryAfter: 1,
        cause,
      });
    }
  }
};

/** All issuers of the mount. */
export const allIssuers = (cx: BackendContext): Promise<readonly Issuer[]> =>
  withAuthority(cx, ({ issuers }) => issuers);

/** The usages as they are shown: sorted, with commas. Nothing takes reading away. */
export const usageText = (usage: readonly Usage[]): string => [...new Set([...usage, "read-only"])].sort().join(",");

const checkUsage = ({ stored: { id, usage }, name }: Issuer, wanted: Usage): void => {
  if (wanted === "read-only" || usage.includes(wanted)) return;
  const which = name === "" ? `id:${id}` : `id:${id} / name:${name}`;
  const had = usageText(usage);
  throw wrapped(
    `error fetching CA certificate: error while attempting to use issuer ${id}: requested usage ${wanted} for issuer [${which}] but only had usage ${had}`,
  );
};

const noCertificate = (why: string) => wrapped(`could not fetch the CA certificate (was one set?): ${why}`);

const withoutNewline = (pem: string): string => pem.trimEnd();

/** An issuer of a loaded mount that signs. Throws with the reference's texts. */
export const signingIssuerOf = async (authority: Authority, ref: string, usage: Usage): Promise<SigningIssuer> => {
  const { index } = authority;
  const looked = issuerIdOf(index, refOf(ref));
  if ("missing" in looked) throw noCertificate(looked.missing);
  const issuer = authority.issuer(looked.id);
  checkUsage(issuer, usage);
  const { stored, name, keyId, certificate } = issuer;
  if (keyId === "") {
    throw noCertificate(
      `unable to fetch corresponding key for issuer ${stored.id}; unable to use this issuer for signing`,
    );
  }
  const key = await authority.key(keyId);
  const chain = authority.chainOf(issuer).map(withoutNewline);
  return { stored, name, keyId, certificate, signer: signerFor(key), chain, urls: urlsOf(index, stored) };
};

/** The issuer that a request names (`default`, a name or an id), for one usage. Throws with the reference's texts. */
export const signingIssuer = (ref: string, usage: Usage, cx: BackendContext): Promise<SigningIssuer> =>
  withAuthority(cx, (authority) => signingIssuerOf(authority, ref, usage));
