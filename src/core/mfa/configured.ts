import { rowsIn } from "../config/settings.ts";
import type { Snapshot } from "../config/types.ts";
import type { EntityView } from "../identity/types.ts";
import type { Mount } from "../mounts/mount.ts";
import { fromSealed } from "../sealed.ts";
import type { Enforcement, MfaMethod } from "./types.ts";

/**
 * Which second factors a login needs, by the configuration that every request has at hand: asking costs no call.
 *
 * Security: methods and enforcements are rows of the configuration, so a process that cannot read them answers nothing
 * at all, the first request of a process included (V45).
 */

interface Configured {
  readonly methods: ReadonlyMap<string, MfaMethod>;
  readonly enforcements: readonly Enforcement[];
}

const known = new WeakMap<Snapshot["settings"], Configured>();

/** Made once per snapshot, so that a login's cost does not grow with the configuration. Both in order of their names. */
export const mfaIn = (snapshot: Pick<Snapshot, "settings">): Configured => {
  const made = known.get(snapshot.settings);
  if (made) return made;
  const methods = rowsIn(snapshot, "mfa-method").map(([, value]) => fromSealed<MfaMethod>(value));
  const enforcements = rowsIn(snapshot, "mfa-enforcement").map(([, value]) => fromSealed<Enforcement>(value));
  const configured = {
    methods: new Map(methods.sort((a, b) => (a.id < b.id ? -1 : 1)).map((method) => [method.id, method])),
    enforcements: enforcements.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
  known.set(snapshot.settings, configured);
  return configured;
};

/**
 * The enforcements of a login: all of them must be satisfied. Groups count directly and through other groups. An entity
 * that was merged into another is still meant by its id.
 */
export const enforcementsFor = (
  snapshot: Pick<Snapshot, "settings">,
  mount: Mount,
  entity: EntityView | undefined,
): readonly Enforcement[] => {
  const { enforcements } = mfaIn(snapshot);
  if (enforcements.length === 0) return [];
  const entities = new Set(entity ? [entity.id, ...entity.mergedIds] : []);
  const groups = new Set(entity?.groups.map(({ id }) => id));
  return enforcements.filter(
    (one) =>
      one.accessors.includes(mount.info.accessor) ||
      one.types.includes(mount.info.type) ||
      one.entityIds.some((id) => entities.has(id)) ||
      one.groupIds.some((id) => groups.has(id)),
  );
};
