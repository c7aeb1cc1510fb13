import type { AuditDevice } from "../../audit/types.ts";
import { as, type Seconds } from "../../std/brand.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Entry } from "../../storage/store.ts";
import type { Group } from "../identity/model.ts";
import type { Mount } from "../mounts/mount.ts";
import { fromSealed } from "../sealed.ts";
import { SETTINGS, settingIn } from "./settings.ts";
import type { Snapshot } from "./types.ts";

/**
 * Rows of configuration to a snapshot, and a snapshot to the next one when a few rows changed: what did not change is
 * the same object in both, so that whatever was derived from it stays. Pure.
 */

/** The system's own limits, in seconds: 768 hours each. */
export const SYSTEM_TTL = as<Seconds>(2_764_800);

/** Limits are read from the current configuration, never from a copy. */
const withLimits = (mount: Mount): Mount => ({
  ...mount,
  info: {
    ...mount.info,
    defaultTtl: mount.config.defaultLeaseTtl > 0 ? mount.config.defaultLeaseTtl : SYSTEM_TTL,
    maxTtl: mount.config.maxLeaseTtl > 0 ? mount.config.maxLeaseTtl : SYSTEM_TTL,
  },
});

/** A row of the table by the part of the snapshot it is in. */
type Row =
  | { readonly part: "mounts"; readonly value: Mount }
  | { readonly part: "auditDevices"; readonly value: AuditDevice }
  | { readonly part: "groups"; readonly name: string; readonly value: Group }
  | { readonly part: "settings"; readonly name: string; readonly value: JsonObject };

/** The kind and name of a row are repeated inside its sealed body. */
const rowOf = (entry: Entry): Row => {
  const { kind, name, value } = fromSealed<{ kind: string; name: string; value: JsonObject }>(entry.body);
  if (kind === "mount") return { part: "mounts", value: withLimits(fromSealed<Mount>(value)) };
  if (kind === "audit") return { part: "auditDevices", value: fromSealed<AuditDevice>(value) };
  if (kind === "group") return { part: "groups", name, value: fromSealed<Group>(value) };
  return { part: "settings", name: `${kind}/${name}`, value };
};

/** The configuration as it is known, by sort key. */
export interface Built {
  readonly snapshot: Snapshot;
  readonly rows: ReadonlyMap<string, Row>;
}

const byLength = (a: Mount, b: Mount): number =>
  b.info.path.length - a.info.path.length || (a.info.path < b.info.path ? -1 : 1);

const mountsIn = (rows: readonly Row[]): Snapshot["mounts"] => {
  const mounts = rows.flatMap((row) => (row.part === "mounts" ? [row.value] : []));
  return new Map(mounts.sort(byLength).map((mount) => [mount.info.path, mount]));
};

const devicesIn = (rows: readonly Row[]): Snapshot["auditDevices"] =>
  rows.flatMap((row) => (row.part === "auditDevices" ? [row.value] : [])).sort((a, b) => (a.path < b.path ? -1 : 1));

const groupsIn = (rows: readonly Row[]): Snapshot["groups"] =>
  new Map(rows.flatMap((row) => (row.part === "groups" ? [[row.name, row.value] as const] : [])));

const settingsIn = (rows: readonly Row[]): Snapshot["settings"] =>
  new Map(rows.flatMap((row) => (row.part === "settings" ? [[row.name, row.value] as const] : [])));

/** A snapshot of rows; of the one before it, the parts that were not touched. */
const snapshotOf = (epoch: string, rows: readonly Row[], before?: Snapshot, touched?: ReadonlySet<Row["part"]>) => {
  const kept = (part: Row["part"]): Snapshot | undefined => (touched?.has(part) ? undefined : before);
  const settings = kept("settings")?.settings ?? settingsIn(rows);
  return {
    epoch,
    mounts: kept("mounts")?.mounts ?? mountsIn(rows),
    auditDevices: kept("auditDevices")?.auditDevices ?? devicesIn(rows),
    settings,
    groups: kept("groups")?.groups ?? groupsIn(rows),
    sealed: settingIn({ settings }, SETTINGS.seal)?.sealed === true,
  };
};

/** From all rows there are. */
export const built = (epoch: string, entries: readonly Entry[]): Built => {
  const rows = new Map(entries.map((entry) => [entry.address.sk, rowOf(entry)]));
  return { snapshot: snapshotOf(epoch, [...rows.values()]), rows };
};

/** After a change of some rows; `undefined`: the row is gone. */
export const rebuilt = (
  { snapshot, rows }: Built,
  epoch: string,
  changed: ReadonlyMap<string, Entry | undefined>,
): Built => {
  if (changed.size === 0) return { snapshot: { ...snapshot, epoch }, rows };
  const next = new Map(rows);
  const touched = new Set<Row["part"]>();
  for (const [sk, entry] of changed) {
    const [was, is] = [next.get(sk), entry && rowOf(entry)];
    for (const row of [was, is]) if (row) touched.add(row.part);
    if (is) next.set(sk, is);
    else next.delete(sk);
  }
  return { snapshot: snapshotOf(epoch, [...next.values()], snapshot, touched), rows: next };
};
