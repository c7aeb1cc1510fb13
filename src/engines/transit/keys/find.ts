import { createPrivateKey, createPublicKey } from "node:crypto";
import type { Cache } from "../../../framework/cache.ts";
import { type BackendContext, VaultError } from "../../../framework/index.ts";
import type { Address, Entry, View } from "../../../storage/store.ts";
import {
  type KeyVersion,
  keyAddress,
  SECRETS,
  StoredKey,
  StoredVersion,
  type TransitKey,
  versionAddress,
} from "../model.ts";
import { kindOf } from "./kinds.ts";

/**
 * Keys as operations find them. The small entry is read with every request, together with its token; versions are kept
 * in memory by the key's id, their number and their revision, so that what is kept is never another key's and never old.
 */

const KEPT = { maxAgeMs: 15 * 60_000, most: 2_000 };
/** Entries in one read. */
const AT_ONCE = 100;

/** What an operation on a key reads together with the token. */
export const keyPrefetch = (
  { params }: { readonly params: { readonly name: string } },
  view: View,
): readonly Address[] => [keyAddress(view, params.name)];

const kept = (cx: Pick<BackendContext, "cache">): Cache<KeyVersion> => cx.cache<KeyVersion>("versions", KEPT);

const cacheName = ({ id, revisions }: StoredKey, number: number): string =>
  `${id}/${number}/${revisions?.[String(number)] ?? 0}`;

const opened = ({ type }: StoredKey, number: number, entry: Entry): KeyVersion => {
  const { created, publicKey, certificates = [] } = StoredVersion.parse(entry.body);
  const key = entry.secrets?.[SECRETS.key];
  const hmac = entry.secrets?.[SECRETS.hmac];
  if (!hmac) throw new VaultError("internal", { reason: "a version of a key lacks its HMAC secret" });
  const common = { number, created, hmac, certificates };
  if (publicKey === undefined) {
    if (kindOf(type).made.make === "hmac") return common;
    if (!key) throw new VaultError("internal", { reason: "a version of a symmetric key lacks its secret" });
    return { ...common, secret: key };
  }
  const shown = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
  if (!key) return { ...common, publicKey: shown };
  const privateKey = createPrivateKey({ key: Buffer.from(key.reveal()), format: "der", type: "pkcs8" });
  return { ...common, publicKey: shown, privateKey };
};

const readVersions = async (
  stored: StoredKey,
  numbers: readonly number[],
  cx: BackendContext,
): Promise<ReadonlyMap<number, KeyVersion>> => {
  const cache = kept(cx);
  const found = new Map<number, KeyVersion>();
  const missing: number[] = [];
  for (const number of new Set(numbers)) {
    if (!Object.hasOwn(stored.versions, String(number))) continue;
    const known = cache.get(cacheName(stored, number));
    if (known) found.set(number, known);
    else missing.push(number);
  }
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    const some = missing.slice(at, at + AT_ONCE);
    const entries = await cx.storage.getMany(some.map((number) => versionAddress(cx.storage, stored.id, number)));
    for (const [index, number] of some.entries()) {
      const entry = entries[index];
      if (!entry) continue;
      const version = opened(stored, number, entry);
      cache.set(cacheName(stored, number), version);
      found.set(number, version);
    }
  }
  return found;
};

/** A key by its small entry. */
export const keyOf = (stored: StoredKey, cx: BackendContext): TransitKey => ({
  stored,
  version: async (number) => (await readVersions(stored, [number], cx)).get(number),
  versions: (numbers) => readVersions(stored, numbers, cx),
});

/** The key of a name; `undefined`: there is none. One read, which `keyPrefetch` saves; versions cost one more when new. */
export const findKey = async (name: string, cx: BackendContext): Promise<TransitKey | undefined> => {
  const entry = await cx.storage.get(keyAddress(cx.storage, name));
  return entry && keyOf(StoredKey.parse(entry.body), cx);
};
