import { type BackendContext, VaultError } from "../../../framework/index.ts";
import { type BoundedMap, createBoundedMap } from "../../../std/bounded-map.ts";
import { privateKeyOf } from "../../../std/private-key.ts";
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
import { publicKeyOf } from "./material.ts";
import { cacheAddress, cacheConfigIn } from "./mount-config.ts";

/**
 * Keys as operations find them. The small entry is read with every request, together with its token; versions are kept
 * in memory by the key's id, their number and their revision, so that what is kept is never another key's and never old.
 */

/** `versions` is one map under one name, so that its bound can follow `cache-config`. */
const KEPT = { maxAgeMs: 15 * 60_000, most: 1 };
/** Most versions in memory where the mount sets no size. */
const MOST_VERSIONS = 2_000;
/** Entries in one read, with one place left for the mount's configuration. */
const AT_ONCE = 99;

/** What an operation on a key reads together with the token. */
export const keyPrefetch = (
  { params }: { readonly params: { readonly name: string } },
  view: View,
): readonly Address[] => [keyAddress(view, params.name)];

interface Memory {
  readonly most: number;
  readonly versions: BoundedMap<string, KeyVersion>;
}

const NAME = "versions";

const memoryOf = (cx: Pick<BackendContext, "cache">, most?: number): Memory => {
  const cache = cx.cache<Memory>("keys", KEPT);
  const known = cache.get(NAME);
  if (known && (most === undefined || known.most === most)) return known;
  const fresh = { most: most ?? MOST_VERSIONS, versions: createBoundedMap<string, KeyVersion>(most ?? MOST_VERSIONS) };
  cache.set(NAME, fresh);
  return fresh;
};

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
  const shown = publicKeyOf(publicKey);
  if (!key) return { ...common, publicKey: shown };
  const privateKey = privateKeyOf(key);
  return { ...common, publicKey: shown, privateKey };
};

/** Reads versions that are not in memory, and with them how many the mount wants to be kept there. */
const readMissing = async (
  stored: StoredKey,
  numbers: readonly number[],
  cx: BackendContext,
): Promise<readonly KeyVersion[]> => {
  const { storage } = cx;
  const addresses = numbers.map((number) => versionAddress(storage, stored.id, number));
  const [config, ...entries] = await storage.getMany([cacheAddress(storage), ...addresses]);
  const { size } = cacheConfigIn(config);
  const { versions } = memoryOf(cx, size === 0 ? MOST_VERSIONS : size);
  return entries.flatMap((entry, index) => {
    const number = numbers[index];
    if (!entry || number === undefined) return [];
    const version = opened(stored, number, entry);
    versions.set(cacheName(stored, number), version);
    return [version];
  });
};

const readVersions = async (
  stored: StoredKey,
  numbers: readonly number[],
  cx: BackendContext,
): Promise<ReadonlyMap<number, KeyVersion>> => {
  const { versions } = memoryOf(cx);
  const found = new Map<number, KeyVersion>();
  const missing: number[] = [];
  for (const number of new Set(numbers)) {
    if (!Object.hasOwn(stored.versions, String(number))) continue;
    const known = versions.get(cacheName(stored, number));
    if (known) found.set(number, known);
    else missing.push(number);
  }
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    const read = await readMissing(stored, missing.slice(at, at + AT_ONCE), cx);
    for (const version of read) found.set(version.number, version);
  }
  return found;
};

/** A key by its small entry. */
export const keyOf = (stored: StoredKey, cx: BackendContext): TransitKey => ({
  stored,
  version: async (number) => (await readVersions(stored, [number], cx)).get(number),
  versions: (numbers) => readVersions(stored, numbers, cx),
});

/** The key of a name, or `undefined`. Costs one read, which `keyPrefetch` saves; new versions cost one more. */
export const findKey = async (name: string, cx: BackendContext): Promise<TransitKey | undefined> => {
  const entry = await cx.storage.get(keyAddress(cx.storage, name));
  return entry && keyOf(StoredKey.parse(entry.body), cx);
};
