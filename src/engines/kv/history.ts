import type { Seconds } from "../../std/brand.ts";
import type { Settings } from "./config.ts";
import type { Key, Secret, Version } from "./record.ts";

/**
 * The rules of versions, without I/O: what a write, a deletion, an undeletion and a destruction make of a key.
 * Source: Vault's KV version 2 documentation; the table of lifetimes is in `README.md`.
 */

const DEFAULT_LIMIT = 10;

export const versionOf = (key: Key, version: number): Version | undefined =>
  version < key.first ? undefined : key.versions[version - key.first];

/** Not to be read: destroyed, deleted, or past its time. */
export const isGone = (version: Version, now: number): boolean =>
  version.state !== "live" || (version.deletion > 0 && version.deletion <= now);

/** How long a new version lives, in seconds; 0: forever. A negative setting of the mount turns it off. */
export const lifetime = (mount: Seconds, key: Seconds): number => {
  if (mount < 0) return 0;
  return mount > 0 && key > 0 ? Math.min(mount, key) : Math.max(mount, key);
};

const deletionTime = (settings: Settings, key: Key, now: number): number => {
  const after = lifetime(settings.deleteAfter, key.deleteAfter);
  return after === 0 ? 0 : now + after * 1000;
};

/** The key with one more version, and without those above its limit; the larger of the two limits counts. */
export const append = (key: Key, settings: Settings, data: Secret, now: number): Key => {
  const current = key.current + 1;
  const limit = Math.max(settings.maxVersions, key.maxVersions) || DEFAULT_LIMIT;
  const oldest = current - key.oldest >= limit ? current - limit + 1 : key.oldest;
  const first = Math.max(key.first, oldest);
  const version: Version = { created: now, deletion: deletionTime(settings, key, now), state: "live" };
  return {
    ...key,
    current,
    oldest,
    first,
    updated: now,
    versions: [...key.versions, version].slice(first - key.first),
    data,
  };
};

const alter = (key: Key, numbers: ReadonlySet<number>, change: (version: Version) => Version): Key => ({
  ...key,
  versions: key.versions.map((version, index) => (numbers.has(key.first + index) ? change(version) : version)),
});

/** Deletes the versions of these numbers that are there to be read; `undefined` when none is. */
export const markDeleted = (key: Key, numbers: readonly number[], now: number): Key | undefined => {
  const hit = numbers.filter((number) => {
    const version = versionOf(key, number);
    return version !== undefined && !isGone(version, now);
  });
  if (hit.length === 0) return undefined;
  return alter(key, new Set(hit), (version) => ({ ...version, deletion: now, state: "deleted" }));
};

/** Makes versions readable again unless destroyed; their lifetime starts again. `undefined` if there are none. */
export const markUndeleted = (
  key: Key,
  numbers: readonly number[],
  settings: Settings,
  now: number,
): Key | undefined => {
  const hit = numbers.filter((number) => (versionOf(key, number)?.state ?? "destroyed") !== "destroyed");
  if (hit.length === 0) return undefined;
  const deletion = deletionTime(settings, key, now);
  return alter(key, new Set(hit), (version) => ({ ...version, deletion, state: "live" }));
};

/** Of these numbers, the versions not yet destroyed, each once. */
export const destroyable = (key: Key, numbers: readonly number[]): readonly number[] =>
  [...new Set(numbers)].filter((number) => (versionOf(key, number)?.state ?? "destroyed") !== "destroyed");

/** Destroys versions; the data of the current one goes with them, that of others is its own item. */
export const markDestroyed = (key: Key, numbers: readonly number[]): Key => {
  const { data, ...rest } = alter(key, new Set(numbers), (version) => ({ ...version, state: "destroyed" }));
  return data === undefined || numbers.includes(key.current) ? rest : { ...rest, data };
};
