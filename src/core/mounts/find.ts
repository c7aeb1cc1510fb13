import type { Snapshot } from "../config/types.ts";
import type { Mount } from "./mount.ts";

/**
 * Mounts by what names them besides their paths. Indexed once for each table of mounts, so that a look costs the same
 * among ten and among ten thousand.
 */

interface Index {
  readonly byId: ReadonlyMap<string, Mount>;
  readonly byAccessor: ReadonlyMap<string, Mount>;
}

type Mounts = Pick<Snapshot, "mounts">;

const indexes = new WeakMap<Snapshot["mounts"], Index>();

const indexOf = ({ mounts }: Mounts): Index => {
  const known = indexes.get(mounts);
  if (known) return known;
  const byId = new Map<string, Mount>();
  const byAccessor = new Map<string, Mount>();
  for (const mount of mounts.values()) {
    byId.set(mount.info.id, mount);
    byAccessor.set(mount.info.accessor, mount);
  }
  const index = { byId, byAccessor };
  indexes.set(mounts, index);
  return index;
};

export const mountById = (snapshot: Mounts, id: string): Mount | undefined => indexOf(snapshot).byId.get(id);

export const mountByAccessor = (snapshot: Mounts, accessor: string): Mount | undefined =>
  indexOf(snapshot).byAccessor.get(accessor);
