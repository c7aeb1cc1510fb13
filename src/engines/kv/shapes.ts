import { z } from "zod";
import { field, pageFields } from "../../framework/index.ts";
import { isJsonObject, type JsonObject } from "../../std/json.ts";
import { shownCustom } from "./custom-metadata.ts";
import type { Key, Secret, Version } from "./record.ts";
import { timeText } from "./times.ts";

/** The wire shapes of KV version 2: what its operations take and answer. */

/** An object or null, unchanged; an empty list counts as an empty object, as in Vault's decoder. */
export const objectOrNull = (description: string): z.ZodType<JsonObject | null | undefined> =>
  z
    .unknown()
    .transform((value, ctx): JsonObject | null | undefined => {
      if (value === undefined || value === null || isJsonObject(value)) return value;
      if (Array.isArray(value) && value.length === 0) return {};
      const kind = Array.isArray(value) ? "list" : typeof value === "object" ? "number" : typeof value;
      const message = `'' expected type 'map[string]interface {}', got unconvertible type '${kind}'`;
      ctx.addIssue({ code: "custom", message });
      return z.NEVER;
    })
    .meta({ description, type: "object" })
    .optional();

const one = field.integer("");

const itemsOf = (value: unknown): readonly unknown[] => {
  if (typeof value === "string") return value.split(",");
  return Array.isArray(value) ? value : [value];
};

/** A list of integers, or text with commas between them; no blanks. */
export const integers = (description: string): z.ZodType<readonly number[] | undefined> =>
  z
    .unknown()
    .transform((value, ctx): readonly number[] | undefined => {
      if (value === undefined || value === null || value === "") return undefined;
      const numbers: number[] = [];
      for (const item of itemsOf(value)) {
        const parsed = one.safeParse(item);
        if (item === null || !parsed.success) {
          ctx.addIssue({ code: "custom", message: parsed.error?.issues[0]?.message ?? "null is not an integer" });
          return z.NEVER;
        }
        numbers.push(parsed.data ?? 0);
      }
      return numbers;
    })
    .meta({ description, type: "array" })
    .optional();

const version = field.integer("Number of the version; absent, 0 or negative: the latest.");

export const ReadInput = z.object({ version });

export const WriteInput = z.object({
  data: objectOrNull("The secret; it replaces the latest version as a whole."),
  options: objectOrNull("`cas`: write only if this is the latest version; 0: only if there is none."),
});

export const PatchInput = z.object({
  data: objectOrNull("A JSON merge patch (RFC 7396) for the latest version."),
  options: objectOrNull("`cas`: patch only if this is the latest version."),
});

export const SubkeysInput = z.object({
  version,
  depth: field.integer("Levels to show; 0 or absent: all."),
});

export const VersionsInput = z.object({ versions: integers("Numbers of the versions.") });

export const MetadataInput = z.object({
  max_versions: field.integer("Versions to keep; 0: as the mount. The larger of this and the mount's counts."),
  cas_required: field.flag("Refuse writes of this key without the cas option."),
  delete_version_after: field.duration("Lifetime of new versions; the smaller of this and the mount's counts."),
  custom_metadata: objectOrNull("Pairs of text stored with the secret, at most 64."),
  metadata_cas_required: field.flag("Refuse writes of this metadata without metadata_cas (from OpenBao)."),
  metadata_cas: field.integer("Write only if this is the metadata's version; 0: only if it was never written."),
});

export const ListInput = z.object({
  exclude_deleted: field.flag("Leave out keys whose latest version is deleted or will be."),
  ...pageFields,
});

export const ScanInput = z.object({
  after: field.text("Go on after this key, the last one of the part before; also without limit (ours)."),
  limit: field.integer("Most keys of this part, at most 10000, and 1000 with metadata; 0 or less: all (ours)."),
});

const custom = z.custom<Readonly<Record<string, string>> | null>((value) => value === null || isJsonObject(value));
const secret = z.custom<Secret>((value) => value === null || isJsonObject(value));

const times = { created_time: z.string(), deletion_time: z.string(), destroyed: z.boolean() };

export const VersionMetadata = z.object({ ...times, custom_metadata: custom, version: z.number() });
export type VersionMetadata = z.output<typeof VersionMetadata>;

export const SecretOutput = z.object({ data: secret, metadata: VersionMetadata });
export const SubkeysOutput = z.object({ subkeys: secret, metadata: VersionMetadata });

export const KeyMetadata = z.object({
  cas_required: z.boolean(),
  created_time: z.string(),
  current_metadata_version: z.number(),
  current_version: z.number(),
  custom_metadata: custom,
  delete_version_after: z.string(),
  max_versions: z.number(),
  metadata_cas_required: z.boolean(),
  oldest_version: z.number(),
  updated_time: z.string(),
  versions: z.record(z.string(), z.object(times)),
});
export type KeyMetadata = z.output<typeof KeyMetadata>;

/** Version 1: the secret itself. */
export const Plain = field.anyBody("the secret, as it was written");

export const KeysOutput = z.object({ keys: z.array(z.string()) });
/** Nothing below the folder: no keys. */
export const ScanOutput = KeysOutput.partial();
export const DetailedOutput = z.object({
  keys: z.array(z.string()),
  key_info: z.record(z.string(), z.union([KeyMetadata, z.object({})])),
});

export const DetailedScanOutput = z
  .object({ keys: z.array(z.string()), key_info: z.record(z.string(), KeyMetadata) })
  .partial();

const shownTimes = (of: Version) => ({
  created_time: timeText(of.created),
  deletion_time: timeText(of.deletion),
  destroyed: of.state === "destroyed",
});

/** One version as answers about it show it. */
export const shownVersion = (key: Key, number: number, of: Version): VersionMetadata => ({
  ...shownTimes(of),
  custom_metadata: shownCustom(key.custom),
  version: number,
});

/** The versions of a key by number, as `metadata/` shows them. */
export const shownVersions = (key: Key): KeyMetadata["versions"] =>
  Object.fromEntries(key.versions.map((of, index) => [String(key.first + index), shownTimes(of)]));
