import {
  type Backend,
  type Operation,
  type Path,
  permissionDenied,
  type RouteMatch,
  VaultError,
} from "../../framework/index.ts";
import { isListing } from "../../policy/index.ts";
import { cut } from "../../std/shown.ts";
import { provisionalSystem } from "../config/bootstrap.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import type { Mount } from "../mounts/mount.ts";
import { atMount, type CanonicalPath, mountOf, routesOf } from "./canonical.ts";
import type { Decoded, Verb } from "./decoded.ts";

/** Where a request goes: the longest mount, its code, and the row of its path table. */

/** The mount's code runs in another function: forward the original event there, before any use is counted. */
export class Forward extends Error {
  override readonly name = "Forward";
  readonly to: string;
  constructor(to: string) {
    super(`served by ${to}`);
    this.to = to;
  }
}

export interface Place {
  readonly mount: Mount;
  readonly backend: Backend;
  /** The canonical path below the mount. */
  readonly below: string;
  readonly canonical: CanonicalPath;
  readonly match: RouteMatch | undefined;
  /** No token needed: the path table says so. */
  readonly open: boolean;
}

const isOpen = ({ ops }: Path, verb: Verb): boolean => {
  // A LIST or SCAN is another path (it ends in a slash), so an open login does not open its listing.
  if (isListing(verb)) return ops[verb]?.access === "unauthenticated";
  return Object.entries(ops).some(([name, op]) => !isListing(name) && op?.access === "unauthenticated");
};

const PREFIXES = new WeakMap<Backend, readonly string[]>();

/**
 * Static beginnings below which everything is open: `login/` of a method whose login names the user. Where more follows
 * the name (`provider/{name}/token`) only what the table says is open.
 */
const openPrefixes = (backend: Backend): readonly string[] => {
  const known = PREFIXES.get(backend);
  if (known) return known;
  const open = backend.paths.filter((path) => isOpen(path, "update"));
  const found = open.flatMap((path) => /^([^{]*\/)\{[^}]*\}$/.exec(String(path.template))?.[1] ?? []);
  PREFIXES.set(backend, found);
  return found;
};

const belowOpen = (backend: Backend, below: string): boolean =>
  openPrefixes(backend).some((prefix) => below.startsWith(prefix) && below.length > prefix.length);

/** The row of the path table, whichever function serves it: for telling what a path needs. */
export const rowOf = async (core: Core, snapshot: Snapshot, path: string): Promise<Path | undefined> => {
  const mount = mountOf(core, snapshot, path);
  const backend = mount && (await core.catalog.table(mount.kind, mount.info.type, mount.info.options));
  return backend && routesOf(backend).match(path.slice(mount.info.path.length))?.path;
};

export const place = async (core: Core, snapshot: Snapshot, decoded: Decoded): Promise<Place | undefined> => {
  const mount = mountOf(core, snapshot, decoded.path);
  if (!mount) return undefined;
  const backend = await core.catalog.find(mount.kind, mount.info.type, mount.info.options, decoded.path);
  if (!backend) {
    const elsewhere = core.catalog.elsewhere(mount.kind, mount.info.type, decoded.path);
    if (elsewhere !== undefined) throw new Forward(elsewhere);
    return undefined;
  }
  const routes = routesOf(backend);
  const sent = decoded.path.slice(mount.info.path.length);
  const canonical = routes.canonical(sent);
  const match = routes.match(sent);
  if (mount === provisionalSystem && !match?.path.alwaysAnswers) return undefined;
  const open = match ? isOpen(match.path, decoded.verb) : belowOpen(backend, canonical.below);
  // The mount's own path without its slash: nothing is below it, and there is nothing to fold.
  const at = decoded.path.length < mount.info.path.length ? { path: decoded.path } : atMount(mount, canonical);
  return { mount, backend, below: canonical.below, canonical: at, match, open };
};

/** Whether the audit log must hash all of a request's data: the path says so, or nothing is known of it. */
export const isPayload = (found: Pick<Place, "match"> | undefined): boolean =>
  found?.match?.path.payload ?? !found?.match;

export const noRoute = (path: string): VaultError =>
  new VaultError("unsupported_path", { wire: `no handler for route "${cut(path)}". route entry not found.` });

export const tainted = (path: string): VaultError =>
  new VaultError("unsupported_path", {
    wire: `no handler for route "${cut(path)}" on namespace "". route entry or namespace is tainted.`,
  });

/** What the policy is asked about: the operation, with POST split by the existence check. */
export const operationOf = (verb: Verb, exists: boolean | undefined): Operation => {
  if (verb === "update") return exists === false ? "create" : "update";
  if (verb === "header") throw permissionDenied("no capability covers HEAD", "permission denied", true);
  return verb === "help" ? "read" : verb;
};
