import type { AuditDevice } from "../../audit/types.ts";
import { as, type Seconds } from "../../std/brand.ts";
import { defined } from "../../std/defined.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Entry } from "../../storage/store.ts";
import type { Group } from "../identity/model.ts";
import { keepIndex } from "../mounts/find.ts";
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

interface Change {
  readonly was: Row | undefined;
  readonly is: Row | undefined;
}

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

const isWhereItWas = (was: Mount, is: Mount): boolean =>
  was.info.path === is.info.path && was.info.id === is.info.id && was.info.accessor === is.info.accessor;

/**
 * The mounts after a change of some: a copy where each of them stays where it was, which thousands of mounts need not be
 * put in order for; `undefined`: one came, went or moved.
 */
const retuned = (before: Snapshot["mounts"], changes: readonly Change[]): Snapshot["mounts"] | undefined => {
  const mounts = new Map(before);
  for (const { was, is } of changes) {
    if (was?.part !== "mounts" && is?.part !== "mounts") continue;
    if (was?.part !== "mounts" || is?.part !== "mounts" || !isWhereItWas(was.value, is.value)) return undefined;
    mounts.set(is.value.info.path, is.value);
  }
  keepIndex(before, mounts);
  return mounts;
};

const devicesIn = (rows: readonly Row[]): Snapshot["auditDevices"] =>
  rows.flatMap((row) => (row.part === "auditDevices" ? [row.value] : [])).sort((a, b) => (a.path < b.path ? -1 : 1));

const groupsIn = (rows: readonly Row[]): Snapshot["groups"] =>
  new Map(rows.flatMap((row) => (row.part === "groups" ? [[row.name, row.value] as const] : [])));

const settingsIn = (rows: readonly Row[]): Snapshot["settings"] =>
  new Map(rows.flatMap((row) => (row.part === "settings" ? [[row.name, row.value] as const] : [])));

/** A snapshot of rows; `kept`: the parts of it that are known. */
const snapshotOf = (epoch: string, rows: Built["rows"], kept: Partial<Snapshot> = {}): Snapshot => {
  const all = (): readonly Row[] => [...rows.values()];
  const settings = kept.settings ?? settingsIn(all());
  return {
    epoch,
    mounts: kept.mounts ?? mountsIn(all()),
    auditDevices: kept.auditDevices ?? devicesIn(all()),
    settings,
    groups: kept.groups ?? groupsIn(all()),
    sealed: settingIn({ settings }, SETTINGS.seal)?.sealed === true,
  };
};

/** From all rows there are. */
export const built = (epoch: string, entries: readonly Entry[]): Built => {
  const rows = new Map(entries.map((entry) => [entry.address.sk, rowOf(entry)]));
  return { snapshot: snapshotOf(epoch, rows), rows };
};

/** After a change of some rows; `undefined`: the row is gone. */
export const rebuilt = (
  { snapshot, rows }: Built,
  epoch: string,
  changed: ReadonlyMap<string, Entry | undefined>,
): Built => {
  if (changed.size === 0) return { snapshot: { ...snapshot, epoch }, rows };
  const next = new Map(rows);
  const changes: Change[] = [];
  for (const [sk, entry] of changed) {
    const [was, is] = [next.get(sk), entry && rowOf(entry)];
    changes.push({ was, is });
    if (is) next.set(sk, is);
    else next.delete(sk);
  }
  const touched = new Set(changes.flatMap(({ was, is }) => [was?.part, is?.part]));
  const kept: Partial<Snapshot> = {
    ...(touched.has("mounts") ? defined({ mounts: retuned(snapshot.mounts, changes) }) : { mounts: snapshot.mounts }),
    ...(!touched.has("auditDevices") && { auditDevices: snapshot.auditDevices }),
    ...(!touched.has("settings") && { settings: snapshot.settings }),
    ...(!touched.has("groups") && { groups: snapshot.groups }),
  };
  return { snapshot: snapshotOf(epoch, next, kept), rows: next };
};
