import type { JsonObject } from "../../client/api.ts";
import type { KvMetadata } from "../../client/kv-metadata.ts";
import { parseDuration } from "../../kit/durations.ts";

/** The settings of a secret while they are changed. */

export interface NoteDraft {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

export interface SettingsDraft {
  readonly maxVersions: string;
  readonly casRequired: boolean;
  readonly deleteAfter: string;
  readonly notes: readonly NoteDraft[];
}

let lastId = 0;
export const newNote = (name = "", value = ""): NoteDraft => {
  lastId += 1;
  return { id: lastId, name, value };
};

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/** In the largest unit that it is whole of: Vault's `144h0m0s` is `6d`. Never is empty; other texts stay. */
export const shownDuration = (text: string): string => {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds === 0) return seconds === 0 ? "" : text;
  const unit = UNITS.find(([, size]) => seconds % size === 0);
  return unit ? `${seconds / unit[1]}${unit[0]}` : text;
};

export const draftOf = (metadata: KvMetadata): SettingsDraft => ({
  maxVersions: String(metadata.maxVersions),
  casRequired: metadata.casRequired,
  deleteAfter: shownDuration(metadata.deleteAfter),
  notes: [...metadata.custom].map(([name, value]) => newNote(name, value)),
});

export interface SettingsFaults {
  readonly maxVersions: boolean;
  readonly deleteAfter: boolean;
  /** Notes whose name another one has. */
  readonly twice: ReadonlySet<number>;
}

export const faultsOf = ({ maxVersions, deleteAfter, notes }: SettingsDraft): SettingsFaults => {
  const seen = new Set<string>();
  const twice = new Set<number>();
  for (const { id, name } of notes) {
    if (seen.has(name)) twice.add(id);
    seen.add(name);
  }
  return {
    maxVersions: !/^\d{1,9}$/.test(maxVersions.trim()),
    deleteAfter: deleteAfter.trim() !== "" && parseDuration(deleteAfter) === undefined,
    twice,
  };
};

export const isValid = (draft: SettingsDraft): boolean => {
  const { maxVersions, deleteAfter, twice } = faultsOf(draft);
  return !maxVersions && !deleteAfter && twice.size === 0;
};

/** All notes are sent, since they are replaced together; `metadata_cas` refuses to write over somebody else's change. */
export const bodyOf = (draft: SettingsDraft, { metadataVersion }: KvMetadata): JsonObject => ({
  max_versions: Number(draft.maxVersions),
  cas_required: draft.casRequired,
  delete_version_after: `${parseDuration(draft.deleteAfter) ?? 0}s`,
  custom_metadata: Object.fromEntries(
    draft.notes.filter(({ name, value }) => name !== "" || value !== "").map(({ name, value }) => [name, value]),
  ),
  ...(metadataVersion > 0 ? { metadata_cas: metadataVersion } : {}),
});
