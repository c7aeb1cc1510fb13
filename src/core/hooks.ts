import { createPasswordPolicies } from "./password-policies/index.ts";
import type { Core } from "./services.ts";
import type { Hooks } from "./stages/types.ts";

/** What stands around the stages: password policies, rendering for wrapping. */
export const createHooks = (core: () => Core, render: Hooks["render"]): Hooks => ({
  render,
  generatePassword: (policy) => createPasswordPolicies(core()).generate(policy),
});
