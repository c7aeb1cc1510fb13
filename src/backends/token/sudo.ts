import type { Core } from "../../core/core.ts";
import { callerOf, requestOf } from "../../core/request/context.ts";
import { capabilitiesOn } from "../../core/request/decision.ts";
import type { BackendContext } from "../../framework/index.ts";

/**
 * Whether the caller is root or has sudo on the path it asked for. Some parameters need sudo where the path itself does
 * not.
 */
export const hasSudo = async (core: Core, cx: BackendContext): Promise<boolean> => {
  const known = callerOf(cx);
  if (known.isRoot) return true;
  const path = requestOf(cx).decoded?.path ?? "";
  const acl = await core.policies.acl(known.policies, known.entity);
  return (await capabilitiesOn(core, acl, path)).includes("sudo");
};
