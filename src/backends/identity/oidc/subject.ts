import type { Core } from "../../../core/core.ts";
import { templateContext } from "../../../core/identity/template-context.ts";
import type { EntityView } from "../../../core/identity/types.ts";
import type { BackendContext } from "../../../framework/index.ts";
import { epochSeconds } from "../../../std/time.ts";
import type { Subject } from "./claims.ts";
import { ALLOW_ALL, readAssignments } from "./model.ts";

/** What claims may say of an entity now. */
export const subjectOf = (core: Core, entity: EntityView): Subject => ({
  ...templateContext(entity),
  now: epochSeconds(core.clock.now()),
});

/** Whether an entity, by itself or by one of its groups, is in one of the assignments. No assignment: nobody is. */
export const isAssigned = async (
  entity: EntityView,
  names: readonly string[],
  { storage }: BackendContext,
): Promise<boolean> => {
  if (entity.disabled) return false;
  if (names.includes(ALLOW_ALL)) return true;
  const groups = new Set(entity.groups.map(({ id }) => id));
  const assignments = await readAssignments(storage, names);
  return [...assignments.values()].some(
    ({ entity_ids, group_ids }) => entity_ids.includes(entity.id) || group_ids.some((id) => groups.has(id)),
  );
};
