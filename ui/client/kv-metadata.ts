import type { Json, JsonObject } from "./api.ts";
import { isObject, numberIn, objectIn, textIn, trueIn } from "./read-json.ts";

/** Settings and history of a secret, read from `metadata/`, `detailed-metadata/` and the metadata that comes with its data. */

export interface KvVersionInfo {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number | undefined;
  /** Past: deleted. In the future: when the server will delete it. */
  readonly deletionAt: number | undefined;
  readonly destroyed: boolean;
}

export interface KvMetadata {
  readonly current: number;
  readonly updatedAt: number | undefined;
  readonly maxVersions: number;
  readonly casRequired: boolean;
  /** As Vault writes durations: `0s`, `720h`. */
  readonly deleteAfter: string;
  readonly custom: ReadonlyMap<string, string>;
  /** Counts changes of the settings; a server that does not count has 0. */
  readonly metadataVersion: number;
  /** Newest first. */
  readonly versions: readonly KvVersionInfo[];
}

/** The server's clock is known to the second only: what was deleted a moment ago may seem to end in a moment. */
const MOMENT_MS = 2_000;

const isOver = (deletionAt: number | undefined, now: number): boolean =>
  deletionAt !== undefined && deletionAt <= now + MOMENT_MS;

export type VersionState = "live" | "deleted" | "destroyed";

export const stateOf = ({ destroyed, deletionAt }: KvVersionInfo, now: number): VersionState => {
  if (destroyed) return "destroyed";
  return isOver(deletionAt, now) ? "deleted" : "live";
};

/** Days alone, or moments with their zone: anything else would be read by the browser's own zone, or by guessing. */
const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Milliseconds of a moment as RFC 3339 writes it, or of the beginning of a day (UTC); `undefined` for any other text. */
export const momentOf = (text: string): number | undefined => {
  const at = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};

const versionFrom = (number: number, data: JsonObject): KvVersionInfo => ({
  number,
  createdAt: momentOf(textIn(data, "created_time")),
  deletionAt: momentOf(textIn(data, "deletion_time")),
  destroyed: trueIn(data, "destroyed"),
});

const customFrom = (data: JsonObject): ReadonlyMap<string, string> => {
  const custom = objectIn(data, "custom_metadata");
  return new Map(Object.keys(custom).map((name) => [name, textIn(custom, name)]));
};

/** `undefined`: what a folder has instead of metadata, or something else. */
export const metadataFrom = (data: Json | undefined): KvMetadata | undefined => {
  if (!isObject(data) || data["current_version"] === undefined) return undefined;
  const versions = objectIn(data, "versions");
  return {
    current: numberIn(data, "current_version"),
    updatedAt: momentOf(textIn(data, "updated_time")),
    maxVersions: numberIn(data, "max_versions"),
    casRequired: trueIn(data, "cas_required"),
    deleteAfter: textIn(data, "delete_version_after") || "0s",
    custom: customFrom(data),
    metadataVersion: numberIn(data, "current_metadata_version"),
    versions: Object.keys(versions)
      .map((number) => versionFrom(Number(number), objectIn(versions, number)))
      .sort((a, b) => b.number - a.number),
  };
};

/** The version that is shown, and what the secret's own metadata says, from an answer of `data/` or `subkeys/`. */
export const shownVersionFrom = (data: JsonObject) => {
  const { metadata } = data;
  if (!isObject(metadata)) return undefined;
  return { ...versionFrom(numberIn(metadata, "version"), metadata), custom: customFrom(metadata) };
};

/** When a secret ends, and why: the server deletes it then, or somebody noted `expires_at` in its metadata. */
export interface End {
  readonly at: number;
  readonly why: "deleted" | "noted";
}

const NOTED = "expires_at";

/** The earliest end of a version; a deletion in the past is over, a note in the past still counts. */
export const endOf = (
  version: Pick<KvVersionInfo, "deletionAt" | "destroyed"> | undefined,
  custom: ReadonlyMap<string, string>,
  now: number,
): End | undefined => {
  const deletion = version && !version.destroyed ? version.deletionAt : undefined;
  if (version?.destroyed || isOver(deletion, now)) return undefined;
  const noted = momentOf(custom.get(NOTED) ?? "");
  const ends: End[] = [];
  if (deletion !== undefined) ends.push({ at: deletion, why: "deleted" });
  if (noted !== undefined) ends.push({ at: noted, why: "noted" });
  return ends.sort((a, b) => a.at - b.at)[0];
};

/** Of the latest version. */
export const endOfCurrent = (metadata: KvMetadata, now: number): End | undefined =>
  endOf(
    metadata.versions.find(({ number }) => number === metadata.current),
    metadata.custom,
    now,
  );
