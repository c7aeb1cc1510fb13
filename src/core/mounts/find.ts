import type { MountPath } from "../../std/brand.ts";
import type { Snapshot } from "../config/types.ts";
import type { Mount } from "./mount.ts";

/**
 * Mounts by what names them besides their paths. Indexed once for each table of mounts, so that a look costs the same
 * among ten and among ten thousand.
 */

/** Paths, so that it serves every table whose mounts have the same names, however they are tuned. */
interface Index {
  readonly byId: ReadonlyMap<string, MountPath>;
  readonly byAccessor: ReadonlyMap<string, MountPath>;
}

type Mounts = Pick<Snapshot, "mounts">;

const indexes = new WeakMap<Snapshot["mounts"], Index>();

const indexOf = ({ mounts }: Mounts): Index => {
  const known = indexes.get(mounts);
  if (known) return known;
  const byId = new Map<string, MountPath>();
  const byAccessor = new Map<string, MountPath>();
  for (const [path, { info }] of mounts) {
    byId.set(info.id, path);
    byAccessor.set(info.accessor, path);
  }
  const index = { byId, byAccessor };
  indexes.set(mounts, index);
  return index;
};

/** For a table of mounts with the same paths, ids and accessors as the one before it. */
export const keepIndex = (before: Snapshot["mounts"], after: Snapshot["mounts"]): void => {
  const known = indexes.get(before);
  if (known) indexes.set(after, known);
};

const at = ({ mounts }: Mounts, path: MountPath | undefined): Mount | undefined =>
  path === undefined ? undefined : mounts.get(path);

export const mountById = (snapshot: Mounts, id: string): Mount | undefined =>
  at(snapshot, indexOf(snapshot).byId.get(id));

export const mountByAccessor = (snapshot: Mounts, accessor: string): Mount | undefined =>
  at(snapshot, indexOf(snapshot).byAccessor.get(accessor));
