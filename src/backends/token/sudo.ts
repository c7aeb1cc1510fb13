import type { Core } from "../../core/core.ts";
import { callerOf, requestOf } from "../../core/request/context.ts";
import { capabilitiesOn } from "../../core/request/decision.ts";
import type { BackendContext } from "../../framework/index.ts";

/** Whether the caller has sudo on the very path it asked for (or is root): some parameters need it, not the path. */
export const hasSudo = async (core: Core, cx: BackendContext): Promise<boolean> => {
  const known = callerOf(cx);
  if (known.isRoot) return true;
  const path = requestOf(cx).decoded?.path ?? "";
  const acl = await core.policies.acl(known.policies, known.entity);
  return (await capabilitiesOn(core, acl, path)).includes("sudo");
};
