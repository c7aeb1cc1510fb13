import { type Backend, defineBackend } from "../../../framework/index.ts";
import type { SealedStore } from "../../../storage/index.ts";
import type { CoreWithHooks } from "../../stages/types.ts";
import { capabilityPaths } from "./capabilities.ts";
import { explainPaths } from "./explain.ts";
import { healthPaths } from "./health.ts";
import { passwordPolicyPaths } from "./password-policies.ts";
import { policyPaths } from "./policies.ts";
import { wrappingPaths } from "./wrapping.ts";

/**
 * The system backend, `sys/`: the server's own configuration and controls, one file per noun. It is given core's
 * services and must never answer a secret of another mount.
 */
export const systemBackend = (core: CoreWithHooks, _store: SealedStore): Backend =>
  defineBackend({
    kind: "secret",
    type: "system",
    help: "The server's own configuration and controls.",
    paths: [
      ...healthPaths(core),
      ...wrappingPaths(core),
      ...policyPaths(core),
      ...capabilityPaths(core),
      ...passwordPolicyPaths(core),
      ...explainPaths(core),
    ],
  });
