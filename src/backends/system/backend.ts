import type { Core } from "../../core/core.ts";
import { type Backend, defineBackend } from "../../framework/index.ts";
import { hashPaths, randomPaths } from "../../framework/tool-paths.ts";
import type { SealedStore } from "../../storage/index.ts";
import { auditPaths } from "./audit.ts";
import { authPaths } from "./auth.ts";
import { capabilityPaths } from "./capabilities.ts";
import { clusterPaths } from "./cluster.ts";
import { corsPaths } from "./cors.ts";
import { explainPaths } from "./explain.ts";
import { healthPaths } from "./health.ts";
import { counterPaths } from "./internal-counters.ts";
import { internalUiPaths } from "./internal-ui.ts";
import { keyPaths } from "./keys.ts";
import { leaseCountQuotaPaths } from "./lease-count-quotas.ts";
import { leaseStatePaths } from "./lease-states.ts";
import { leasePaths } from "./leases.ts";
import { lockedUsersPaths } from "./locked-users.ts";
import { loggerPaths } from "./loggers.ts";
import { metricPaths } from "./metrics.ts";
import { mfaPaths } from "./mfa.ts";
import { mountsPaths } from "./mounts.ts";
import { openApiPaths } from "./openapi.ts";
import { passwordPolicyPaths } from "./password-policies.ts";
import { pluginPaths } from "./plugins.ts";
import { policyPaths } from "./policies.ts";
import { quotaPaths } from "./quotas.ts";
import { remountPaths } from "./remount.ts";
import { requestHeaderPaths } from "./request-headers.ts";
import { schedulePaths } from "./schedule.ts";
import { sealPaths } from "./seal.ts";
import { settingPaths } from "./settings.ts";
import { tunePaths } from "./tune.ts";
import { uiHeaderPaths } from "./ui-headers.ts";
import { wrappingPaths } from "./wrapping.ts";

/**
 * The system backend, `sys/`: the server's own configuration and controls, one file per noun. It is given core's
 * services and must never answer a secret of another mount.
 */
export const systemBackend = (core: Core, store: SealedStore): Backend =>
  defineBackend({
    kind: "secret",
    type: "system",
    help: "The server's own configuration and controls.",
    paths: [
      ...healthPaths(core),
      ...sealPaths(core),
      ...clusterPaths(core),
      ...keyPaths(core, store),
      ...mountsPaths(core),
      ...authPaths(core),
      ...tunePaths(core),
      ...remountPaths(core),
      ...leasePaths(core),
      ...leaseStatePaths(core),
      ...schedulePaths(core),
      ...internalUiPaths(core),
      ...counterPaths(core),
      ...openApiPaths(core),
      ...wrappingPaths(core),
      ...policyPaths(core),
      ...capabilityPaths(core),
      ...passwordPolicyPaths(core),
      ...lockedUsersPaths(core),
      ...mfaPaths(core),
      ...auditPaths(core),
      ...corsPaths(core),
      ...loggerPaths(core),
      ...metricPaths(core),
      ...pluginPaths(core),
      ...quotaPaths(core),
      ...leaseCountQuotaPaths(core),
      ...requestHeaderPaths(core),
      ...settingPaths(core),
      ...randomPaths("tools/"),
      ...hashPaths("tools/", "optional"),
      ...uiHeaderPaths(core),
      ...explainPaths(core),
    ],
  });
