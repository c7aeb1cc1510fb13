import { VaultError } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../std/json.ts";
import { seconds } from "../../std/time.ts";

/**
 * The sealed contents of a key's items. Shape of `m`, version 2 (times in milliseconds since the epoch):
 *
 *     { format: 2, current: 3, oldest: 0, first: 1, swept: 1, …, versions: [[created, deletion, state], …], data }
 *
 * and of `v#0000000002`: `{ version: 2, data }`. `m` of version 1: `{ format: 1, written, data }`. A version 2 mount
 * opens a version 1 item as version 1 of a key, so an upgraded mount needs no conversion.
 */

/** What a caller stores: an object, or null, which version 2 accepts and keeps. */
export type Secret = JsonObject | null;

/** `deleted` is deletion by a caller, which holds whatever the clock of the reader says. */
export type VersionState = "live" | "deleted" | "destroyed";

export interface Version {
  readonly created: number;
  /** When it was or will be deleted; 0: never. */
  readonly deletion: number;
  readonly state: VersionState;
}

export interface Key {
  /** Number of the latest version; 0: none was ever written. */
  readonly current: number;
  /** As reported: 0 until the key first reaches its limit of versions. */
  readonly oldest: number;
  /** Number of `versions[0]`; `current + 1` when there is none. */
  readonly first: number;
  /** No item of a version below this number exists; those from here to `first` are yet to be erased. */
  readonly swept: number;
  readonly created: number;
  readonly updated: number;
  readonly maxVersions: number;
  readonly casRequired: boolean;
  readonly deleteAfter: Seconds;
  readonly custom: ReadonlyMap<string, string>;
  /** Counts writes of metadata, not of data. */
  readonly metadataVersion: number;
  readonly metadataCasRequired: boolean;
  /** `first` to `current`, without gaps. */
  readonly versions: readonly Version[];
  /** Of the current version; absent when there is none or it was destroyed. */
  readonly data?: Secret;
}

const STATES: readonly VersionState[] = ["live", "deleted", "destroyed"];

type StoredVersion = readonly [created: number, deletion: number, state: number];

/** `m` of version 2, as it is sealed. */
interface StoredKey extends Omit<Key, "deleteAfter" | "custom" | "versions"> {
  readonly deleteAfter: number;
  readonly custom: readonly (readonly [string, string])[];
  readonly versions: readonly StoredVersion[];
}

const NUMBERS = [
  "current",
  "oldest",
  "first",
  "swept",
  "created",
  "updated",
  "maxVersions",
  "deleteAfter",
  "metadataVersion",
] as const satisfies readonly (keyof StoredKey)[];
const FLAGS = ["casRequired", "metadataCasRequired"] as const satisfies readonly (keyof StoredKey)[];

const isListOf = (value: unknown, type: "number" | "string", length: number): boolean =>
  Array.isArray(value) && value.length === length && value.every((item) => typeof item === type);

const areListsOf = (value: unknown, type: "number" | "string", length: number): boolean =>
  Array.isArray(value) && value.every((item) => isListOf(item, type, length));

const isSecret = (value: unknown): value is Secret => value === null || isJsonObject(value);

// Read at every read of a secret, so by hand.
const isStoredKey = (body: unknown): body is StoredKey =>
  isJsonObject(body) &&
  body["format"] === 2 &&
  NUMBERS.every((name) => typeof body[name] === "number") &&
  FLAGS.every((name) => typeof body[name] === "boolean") &&
  areListsOf(body["custom"], "string", 2) &&
  areListsOf(body["versions"], "number", 3) &&
  (body["data"] === undefined || isSecret(body["data"]));

/** `m` of version 1, as it is sealed. */
interface StoredPlain {
  readonly written: number;
  readonly data: JsonObject;
}

const isStoredPlain = (body: unknown): body is StoredPlain =>
  isJsonObject(body) && body["format"] === 1 && typeof body["written"] === "number" && isJsonObject(body["data"]);

interface StoredSecret {
  readonly version: number;
  readonly data: Secret;
}

const isStoredVersion = (body: unknown): body is StoredSecret =>
  isJsonObject(body) && typeof body["version"] === "number" && isSecret(body["data"]);

const unreadable = (what: string): VaultError =>
  new VaultError("internal", { reason: `kv: stored ${what} has an unknown shape` });

/** A key nobody has written yet. */
export const newKey = (now: number): Key => ({
  current: 0,
  oldest: 0,
  first: 1,
  swept: 1,
  created: now,
  updated: now,
  maxVersions: 0,
  casRequired: false,
  deleteAfter: seconds(0),
  custom: new Map(),
  metadataVersion: 0,
  metadataCasRequired: false,
  versions: [],
});

export const packKey = (key: Key): JsonObject => ({
  format: 2,
  current: key.current,
  oldest: key.oldest,
  first: key.first,
  swept: key.swept,
  created: key.created,
  updated: key.updated,
  maxVersions: key.maxVersions,
  casRequired: key.casRequired,
  deleteAfter: key.deleteAfter,
  custom: [...key.custom],
  metadataVersion: key.metadataVersion,
  metadataCasRequired: key.metadataCasRequired,
  versions: key.versions.map((version) => [version.created, version.deletion, STATES.indexOf(version.state)]),
  ...(key.data === undefined ? {} : { data: key.data }),
});

const versionFrom = ([created, deletion, state]: StoredVersion): Version => ({
  created,
  deletion,
  state: STATES[state] ?? "destroyed",
});

/** Opens `m` of either version of the engine. Throws `internal` for anything else. */
export const unpackKey = (body: JsonValue): Key => {
  if (isStoredKey(body)) {
    return {
      current: body.current,
      oldest: body.oldest,
      first: body.first,
      swept: body.swept,
      created: body.created,
      updated: body.updated,
      maxVersions: body.maxVersions,
      casRequired: body.casRequired,
      deleteAfter: seconds(body.deleteAfter),
      custom: new Map(body.custom),
      metadataVersion: body.metadataVersion,
      metadataCasRequired: body.metadataCasRequired,
      versions: body.versions.map(versionFrom),
      ...(body.data === undefined ? {} : { data: body.data }),
    };
  }
  if (!isStoredPlain(body)) throw unreadable("key");
  const only: Version = { created: body.written, deletion: 0, state: "live" };
  return { ...newKey(body.written), current: 1, oldest: 1, versions: [only], data: body.data };
};

export const packVersion = (version: number, data: Secret): JsonObject => ({ version, data });

/** Throws `internal` when the item is not the version asked for: two items were exchanged. */
export const unpackVersion = (body: JsonValue, version: number): Secret => {
  if (!isStoredVersion(body) || body.version !== version) throw unreadable("version");
  return body.data;
};

export const packPlain = (data: JsonObject, now: number): JsonObject => ({ format: 1, written: now, data });

/** Opens `m` of a version 1 mount. Throws `internal` for an item of version 2: such a mount is never downgraded. */
export const unpackPlain = (body: JsonValue): JsonObject => {
  if (!isStoredPlain(body)) throw unreadable("secret");
  return body.data;
};
