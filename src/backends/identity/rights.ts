import type { Core } from "../../core/core.ts";
import { callerOf } from "../../core/request/context.ts";
import { type BackendContext, permissionDenied } from "../../framework/index.ts";
import { decide } from "../../policy/index.ts";

/**
 * Rights beyond the path that was asked: one call may touch several entities.
 *
 * Security: an alias that moves takes its logins to another entity's policies (CVE-2021-41802), so who moves it must be
 * allowed to change both entities; and a deny on an entity is not got round by naming it in the body of a call.
 */

type Operation = "update" | "delete";

const check = async (core: Core, cx: BackendContext, id: string, operation: Operation) => {
  const known = callerOf(cx);
  const acl = await core.policies.acl(known.policies, known.entity);
  return decide(acl, { path: `identity/entity/id/${id}`, operation, parameters: {}, sudoPath: false });
};

/** Throws 403 unless the caller may change the entity by its own path. */
export const needEntity = async (core: Core, cx: BackendContext, id: string): Promise<void> => {
  const decision = await check(core, cx, id, "update");
  if (!decision.allowed) throw permissionDenied(`no update of entity ${id}`, "permission denied", true);
};

/** Throws 403 where a policy denies the caller one of the entities; the whole call is refused. */
export const respectDenials = async (
  core: Core,
  cx: BackendContext,
  ids: readonly string[],
  operation: Operation,
): Promise<void> => {
  for (const id of ids) {
    const decision = await check(core, cx, id, operation);
    if (decision.reason === "explicit_deny") {
      throw permissionDenied(`denied ${operation} of entity ${id}`, "permission denied", true);
    }
  }
};
