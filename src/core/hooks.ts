import { createLockout } from "./lockout.ts";
import { createPasswordPolicies } from "./password-policies/index.ts";
import type { Quotas } from "./quotas/index.ts";
import type { Core } from "./services.ts";
import type { Hooks } from "./stages/types.ts";

/** What stands around the stages: rate limits, user lockout, password policies, rendering for wrapping. */
export const createHooks = (core: () => Core, render: Hooks["render"], quotas: Quotas): Hooks => ({
  render,
  limit: quotas.limit,
  login: createLockout(core),
  generatePassword: (policy) => createPasswordPolicies(core()).generate(policy),
});
