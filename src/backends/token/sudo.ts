import type { Core } from "../../core/core.ts";
import { callerOf, requestOf } from "../../core/request/context.ts";
import type { BackendContext } from "../../framework/index.ts";
import { capabilitiesOf } from "../../policy/index.ts";

/** Whether the caller has sudo on the very path it asked for (or is root): some parameters need it, not the path. */
export const hasSudo = async (core: Core, cx: BackendContext): Promise<boolean> => {
  const known = callerOf(cx);
  if (known.isRoot) return true;
  const path = requestOf(cx).decoded?.path ?? "";
  const acl = await core.policies.acl(known.policies, known.entity);
  return capabilitiesOf(acl, path).includes("sudo");
};
