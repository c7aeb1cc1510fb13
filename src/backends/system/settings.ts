import type { Core } from "../../core/core.ts";
import { op, path } from "../../framework/index.ts";

/** `sys/experiments` and `sys/config/state/sanitized`: what is switched on, and how the server is set up, without secrets. */
export const settingPaths = (core: Core) => [
  path("experiments", {
    summary: "experimental features",
    params: {},
    ops: {
      read: op({
        summary: "list the experimental features; there are none",
        handle: async () => ({ data: { available: [], enabled: [] } }),
      }),
    },
  }),
  path("config/state/sanitized", {
    summary: "how the server is set up",
    params: {},
    ops: {
      read: op({
        summary: "read the setup without its secrets",
        handle: async () => {
          const { mounts, auditDevices, sealed } = await core.config.snapshot();
          return {
            data: {
              storage: { type: "dynamodb", cluster_addr: "", disable_clustering: true, redirect_addr: "" },
              seals: [{ type: "awskms", disabled: false }],
              listeners: [],
              log_level: "info",
              log_format: "json",
              sealed,
              default_lease_ttl: 0,
              max_lease_ttl: 0,
              disable_mlock: true,
              enable_ui: true,
              mounts: mounts.size,
              audit_devices: auditDevices.length,
            },
          };
        },
      }),
    },
  }),
];
