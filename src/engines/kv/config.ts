import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import type { JsonValue } from "../../std/json.ts";
import { formatDuration, seconds } from "../../std/time.ts";
import { changeBody } from "../../storage/change.ts";
import type { Address, View } from "../../storage/store.ts";

/** The settings of a version 2 mount: the defaults and demands that hold for each of its keys. */
export interface Settings {
  /** 0: not set. */
  readonly maxVersions: number;
  readonly casRequired: boolean;
  /** 0: not set; -1: no version of this mount is ever deleted by time. */
  readonly deleteAfter: Seconds;
  readonly metadataCasRequired: boolean;
}

export const ConfigInput = z.object({
  max_versions: field.integer("Versions to keep of each key; 0 keeps 10. The larger of this and the key's counts."),
  cas_required: field.flag("Refuse writes without the cas option."),
  delete_version_after: field.signedDuration("Lifetime of new versions; 0: forever, negative: off."),
  metadata_cas_required: field.flag("Refuse writes of metadata without metadata_cas (from OpenBao)."),
});

export const ConfigOutput = z.object({
  max_versions: z.number(),
  cas_required: z.boolean(),
  delete_version_after: z.string(),
  metadata_cas_required: z.boolean(),
});

const Stored = z.object({
  maxVersions: z.number(),
  casRequired: z.boolean(),
  deleteAfter: z.number(),
  metadataCasRequired: z.boolean(),
});

const NONE: Settings = { maxVersions: 0, casRequired: false, deleteAfter: seconds(0), metadataCasRequired: false };

export const configAddress = (view: View): Address => view.at("config");

const unpack = (body: JsonValue | undefined): Settings => {
  if (body === undefined) return NONE;
  const stored = Stored.parse(body);
  return { ...stored, deleteAfter: seconds(stored.deleteAfter) };
};

export const settingsOf = async (view: View): Promise<Settings> => unpack((await view.get(configAddress(view)))?.body);

/** Throws `invalid_request` for a number of versions that cannot be one. */
export const checkMaxVersions = (value: number | undefined): void => {
  if (value !== undefined && value < 0) throw invalidRequest("max_versions must not be negative");
};

export const readConfig = async (cx: BackendContext) => {
  const settings = await settingsOf(cx.storage);
  return {
    data: {
      max_versions: settings.maxVersions,
      cas_required: settings.casRequired,
      delete_version_after: formatDuration(settings.deleteAfter),
      metadata_cas_required: settings.metadataCasRequired,
    },
  };
};

/** Changes the settings that are given; without any it does nothing. */
export const writeConfig = async (input: z.output<typeof ConfigInput>, cx: BackendContext): Promise<undefined> => {
  checkMaxVersions(input.max_versions);
  if (Object.values(input).every((value) => value === undefined)) return undefined;
  const make = (before: z.output<typeof Stored> | undefined) => {
    const old = unpack(before);
    return {
      maxVersions: input.max_versions ?? old.maxVersions,
      casRequired: input.cas_required ?? old.casRequired,
      deleteAfter: Math.max(-1, input.delete_version_after ?? old.deleteAfter),
      metadataCasRequired: input.metadata_cas_required ?? old.metadataCasRequired,
    };
  };
  await changeBody(cx.storage, configAddress(cx.storage), Stored, make, {
    around: (write) => cx.crash("kv.write.config", write),
    busy: { wire: "too many concurrent changes of the configuration" },
  });
  return undefined;
};
