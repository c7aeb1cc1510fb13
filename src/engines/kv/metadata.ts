import type { z } from "zod";
import { type BackendContext, type EmptyReply, VaultError } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";
import { formatDuration } from "../../std/time.ts";
import { checkMaxVersions, type Settings, settingsOf } from "./config.ts";
import { patchCustom, replaceCustom, shownCustom } from "./custom-metadata.ts";
import { changeKey, findKey, type KeyChange, removeStep } from "./keys.ts";
import { type Key, newKey } from "./record.ts";
import { type KeyMetadata, type MetadataInput, shownVersions } from "./shapes.ts";
import { timeText } from "./times.ts";
import { emptyNotFound } from "./wrong-path.ts";

/** Settings and history of a key, without its data: `metadata/<path>`. */

type Input = z.output<typeof MetadataInput>;

export const shownKey = (key: Key): KeyMetadata => ({
  cas_required: key.casRequired,
  created_time: timeText(key.created),
  current_metadata_version: key.metadataVersion,
  current_version: key.current,
  custom_metadata: shownCustom(key.custom),
  delete_version_after: formatDuration(key.deleteAfter),
  max_versions: key.maxVersions,
  metadata_cas_required: key.metadataCasRequired,
  oldest_version: key.oldest,
  updated_time: timeText(key.updated),
  versions: shownVersions(key),
});

export const readMetadata = async (
  path: string,
  cx: BackendContext,
): Promise<{ readonly data: KeyMetadata } | undefined> => {
  const key = await findKey(cx.storage, path);
  return key && { data: shownKey(key) };
};

const refuse = (wire: string): VaultError => new VaultError("cas_mismatch", { wire });

const checkMetadataCas = (input: Input, key: Key | undefined, settings: Settings): void => {
  const cas = input.metadata_cas;
  if (cas === undefined) {
    if (!settings.metadataCasRequired && !key?.metadataCasRequired) return;
    throw refuse("metadata check-and-set parameter required for this call");
  }
  if (key === undefined && cas !== 0) throw refuse("metadata_cas must be 0 when creating new metadata");
  if (key !== undefined && cas !== key.metadataVersion) {
    throw refuse("metadata check-and-set parameter does not match the current version");
  }
};

const ignored = (name: string): string =>
  `"${name}" set to false, but is mandated by backend config. This value will be ignored.`;

const warningsOf = (input: Input, settings: Settings): readonly string[] => [
  ...(input.cas_required === false && settings.casRequired ? [ignored("cas_required")] : []),
  ...(input.metadata_cas_required === false && settings.metadataCasRequired ? [ignored("metadata_cas_required")] : []),
];

const namesNothing = ({ metadata_cas: _, ...settings }: Input): boolean =>
  Object.values(settings).every((value) => value === undefined);

type Custom = (old: ReadonlyMap<string, string>, given: JsonObject | null) => ReadonlyMap<string, string>;

const changed = (key: Key, input: Input, custom: Custom): Key => ({
  ...key,
  maxVersions: input.max_versions ?? key.maxVersions,
  casRequired: input.cas_required ?? key.casRequired,
  deleteAfter: input.delete_version_after ?? key.deleteAfter,
  metadataCasRequired: input.metadata_cas_required ?? key.metadataCasRequired,
  custom: input.custom_metadata === undefined ? key.custom : custom(key.custom, input.custom_metadata),
  metadataVersion: key.metadataVersion + 1,
});

const answer = (warnings: readonly string[]): EmptyReply | undefined =>
  warnings.length === 0 ? undefined : { data: null, warnings };

/** Changes the settings that are given and makes the key if it is not there; without any it does nothing. */
export const writeMetadata = async (path: string, input: Input, cx: BackendContext) => {
  checkMaxVersions(input.max_versions);
  if (namesNothing(input)) return undefined;
  const settings = await settingsOf(cx.storage);
  return changeKey(cx, path, "metadata", (found): KeyChange<EmptyReply | undefined> => {
    checkMetadataCas(input, found, settings);
    const key = changed(found ?? newKey(cx.clock.now()), input, (_, given) => replaceCustom(given ?? {}));
    return { key, result: answer(warningsOf(input, settings)) };
  });
};

/** As a write, but `custom_metadata` is merged pair by pair, and the key must be there. */
export const patchMetadata = async (path: string, input: Input, cx: BackendContext) => {
  checkMaxVersions(input.max_versions);
  const settings = await settingsOf(cx.storage);
  return changeKey(cx, path, "metadata-patch", (found): KeyChange<EmptyReply | undefined> => {
    if (found === undefined) return { result: emptyNotFound };
    if (namesNothing(input)) return { result: undefined };
    checkMetadataCas(input, found, settings);
    const key = changed(found, input, patchCustom);
    return { key, result: answer(warningsOf(input, settings)) };
  });
};

/** Erases the key with all its versions; nothing of it can be brought back. */
export const removeMetadata = async (path: string, cx: BackendContext): Promise<undefined> => {
  let more = true;
  while (more) {
    more = await changeKey(cx, path, "remove", (found) =>
      found === undefined ? { result: false } : removeStep(cx.storage, path, found),
    );
  }
  return undefined;
};
