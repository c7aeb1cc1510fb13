import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { op, path } from "../../framework/index.ts";

const Sanitized = z.object({
  storage: z.object({
    type: z.string(),
    cluster_addr: z.string(),
    disable_clustering: z.boolean(),
    redirect_addr: z.string(),
  }),
  seals: z.array(z.object({ type: z.string(), disabled: z.boolean() })),
  listeners: z.array(z.never()),
  log_level: z.string(),
  log_format: z.string(),
  sealed: z.boolean(),
  default_lease_ttl: z.number(),
  max_lease_ttl: z.number(),
  disable_mlock: z.boolean(),
  enable_ui: z.boolean(),
  mounts: z.number(),
  audit_devices: z.number(),
});

/**
 * `sys/experiments` and `sys/config/state/sanitized`: what is switched on, and how the server is set up, without
 * secrets.
 */
export const settingPaths = (core: Core) => [
  path("experiments", {
    summary: "experimental features",
    params: {},
    ops: {
      read: op({
        summary: "list the experimental features; there are none",
        answers: z.object({ available: z.array(z.string()), enabled: z.array(z.string()) }),
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
        answers: Sanitized,
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
