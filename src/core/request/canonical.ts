import {
  type Backend,
  type Canonical,
  canonicalIn,
  compileFolds,
  compileRoutes,
  type Folds,
  type FoldTable,
  type Routes,
} from "../../framework/index.ts";
import { type Folding, foldPattern } from "../../policy/index.ts";
import { provisionalSystem } from "../config/bootstrap.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import type { Mount } from "../mounts/mount.ts";

/**
 * The one spelling of a path that counts. Policy, audit, quotas, lockout and handlers see nothing else, so no two of
 * them can disagree about which names are the same. It trusts the path tables for what folds; it must never look at
 * anything but the path and the mounts.
 */

/** What the policy is asked about: the canonical path, and where in it a name folds. */
export interface CanonicalPath {
  readonly path: string;
  readonly folding?: Folding;
}

const tables = new WeakMap<Backend, Routes>();

export const routesOf = (backend: Backend): Routes => {
  const known = tables.get(backend);
  if (known) return known;
  const compiled = compileRoutes(backend.paths);
  tables.set(backend, compiled);
  return compiled;
};

/** The longest mount; before there is any, the one whose paths answer even then. */
export const mountOf = (core: Core, snapshot: Snapshot, path: string): Mount | undefined =>
  core.config.mountFor(snapshot, path) ??
  core.config.mountFor(snapshot, `${path}/`) ??
  (snapshot.mounts.size === 0 && path.startsWith(provisionalSystem.info.path) ? provisionalSystem : undefined);

/** A path below a mount put back behind the mount's own. */
export const atMount = (mount: Mount, { below, place }: Canonical): CanonicalPath => {
  const path = `${mount.info.path}${below}`;
  if (!place) return { path };
  const before = mount.info.path.split("/").length - 1;
  return { path, folding: { ...place, segment: before + place.segment } };
};

const compiledFolds = new WeakMap<FoldTable, Folds>();

const foldsOf = (table: FoldTable): Folds => {
  const known = compiledFolds.get(table) ?? compileFolds(table);
  compiledFolds.set(table, known);
  return known;
};

/** The canonical form of any path, also of one that another function serves. */
export const canonicalPath = (core: Core, snapshot: Snapshot, path: string): CanonicalPath => {
  const mount = mountOf(core, snapshot, path);
  if (!mount || path.length < mount.info.path.length) return { path };
  const table = core.catalog.foldsOf(mount.kind, mount.info.type);
  return atMount(mount, canonicalIn(foldsOf(table), path.slice(mount.info.path.length)));
};

/** A rule's pattern as it counts for the paths it names. */
export const canonicalPattern = (core: Core, snapshot: Snapshot, pattern: string): string => {
  const { folding } = canonicalPath(core, snapshot, pattern.endsWith("*") ? pattern.slice(0, -1) : pattern);
  return folding === undefined ? pattern : foldPattern(pattern, folding);
};
