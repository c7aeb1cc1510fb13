import { z } from "zod";
import { VaultError } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { defined } from "../../std/defined.ts";
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

const secret = z.custom<Secret>((value) => value === null || isJsonObject(value));

const StoredKey = z.object({
  format: z.literal(2),
  current: z.number(),
  oldest: z.number(),
  first: z.number(),
  swept: z.number(),
  created: z.number(),
  updated: z.number(),
  maxVersions: z.number(),
  casRequired: z.boolean(),
  deleteAfter: z.number(),
  custom: z.array(z.tuple([z.string(), z.string()])),
  metadataVersion: z.number(),
  metadataCasRequired: z.boolean(),
  versions: z.array(z.tuple([z.number(), z.number(), z.number()])),
  data: secret.optional(),
});

const StoredPlain = z.object({ format: z.literal(1), written: z.number(), data: z.custom<JsonObject>(isJsonObject) });

const StoredVersion = z.object({ version: z.number(), data: secret });

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

export const packKey = (key: Key): JsonObject =>
  defined({
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
    data: key.data,
  });

/** Opens `m` of either version of the engine. Throws `internal` for anything else. */
export const unpackKey = (body: JsonValue): Key => {
  const plain = StoredPlain.safeParse(body);
  if (plain.success) {
    const { written, data } = plain.data;
    const only: Version = { created: written, deletion: 0, state: "live" };
    return { ...newKey(written), current: 1, oldest: 1, versions: [only], data };
  }
  const stored = StoredKey.safeParse(body);
  if (!stored.success) throw unreadable("key");
  const { format: _, data, versions, custom, deleteAfter, ...rest } = stored.data;
  return defined({
    ...rest,
    deleteAfter: seconds(deleteAfter),
    custom: new Map(custom),
    versions: versions.map(([created, deletion, state]) => ({
      created,
      deletion,
      state: STATES[state] ?? "destroyed",
    })),
    data,
  });
};

export const packVersion = (version: number, data: Secret): JsonObject => ({ version, data });

/** Throws `internal` when the item is not the version asked for: two items were exchanged. */
export const unpackVersion = (body: JsonValue, version: number): Secret => {
  const stored = StoredVersion.safeParse(body);
  if (!stored.success || stored.data.version !== version) throw unreadable("version");
  return stored.data.data;
};

export const packPlain = (data: JsonObject, now: number): JsonObject => ({ format: 1, written: now, data });

/** Opens `m` of a version 1 mount. Throws `internal` for an item of version 2: such a mount is never downgraded. */
export const unpackPlain = (body: JsonValue): JsonObject => {
  const plain = StoredPlain.safeParse(body);
  if (!plain.success) throw unreadable("secret");
  return plain.data.data;
};
