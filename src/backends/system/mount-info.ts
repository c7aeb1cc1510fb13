import { z } from "zod";
import { BUILT_IN_VERSION } from "../../contract/version.ts";
import type { Mount, MountConfig } from "../../core/mounts/mount.ts";
import { defined } from "../../std/defined.ts";

/** A mount as the API shows it: as configured in `sys/mounts`, with the values in effect in `tune`. */

/** Mounts every server has; they show `options` as null and are neither tuned, moved nor removed. */
const ALWAYS_THERE: ReadonlySet<string> = new Set(["system", "cubbyhole", "identity", "token"]);

export const isAlwaysThere = (mount: Mount): boolean => ALWAYS_THERE.has(mount.info.type);

/** The path as `sys/mounts` and `sys/auth` show it: auth methods without `auth/`. */
export const shownPath = ({ kind, info }: Mount): string =>
  kind === "auth" ? info.path.slice("auth/".length) : info.path;

const listed = (name: string, values: readonly string[] | undefined) =>
  values === undefined || values.length === 0 ? {} : { [name]: values };

const lists = (config: MountConfig) =>
  defined({
    ...listed("allowed_response_headers", config.allowedResponseHeaders),
    ...listed("audit_non_hmac_request_keys", config.auditNonHmacRequestKeys),
    ...listed("audit_non_hmac_response_keys", config.auditNonHmacResponseKeys),
    ...listed("passthrough_request_headers", config.passthroughRequestHeaders),
    listing_visibility: config.listingVisibility || undefined,
  });

const lockout = ({ userLockout }: MountConfig) =>
  userLockout && {
    user_lockout_counter_reset_duration: userLockout.counterReset ?? 0,
    user_lockout_disable: userLockout.disable ?? false,
    user_lockout_duration: userLockout.duration ?? 0,
    user_lockout_threshold: userLockout.threshold ?? 0,
  };

const tokenType = ({ kind, config }: Mount) =>
  kind === "auth" ? { token_type: config.tokenType ?? "default-service" } : {};

const texts = z.array(z.string());
const listShape = {
  allowed_response_headers: texts.optional(),
  audit_non_hmac_request_keys: texts.optional(),
  audit_non_hmac_response_keys: texts.optional(),
  passthrough_request_headers: texts.optional(),
  listing_visibility: z.string().optional(),
};
const lockoutShape = {
  user_lockout_counter_reset_duration: z.number(),
  user_lockout_disable: z.boolean(),
  user_lockout_duration: z.number(),
  user_lockout_threshold: z.number(),
};

/** A mount as it was configured. TTLs are the mount's own; 0 is the system's default. */
export const MountShown = z.object({
  accessor: z.string(),
  config: z.object({
    default_lease_ttl: z.number(),
    force_no_cache: z.boolean(),
    max_lease_ttl: z.number(),
    ...listShape,
    token_type: z.string().optional(),
    user_lockout_config: z.object(lockoutShape).optional(),
  }),
  deprecation_status: z.string().optional(),
  description: z.string(),
  external_entropy_access: z.boolean(),
  local: z.boolean(),
  options: z.record(z.string(), z.string()).nullable(),
  plugin_version: z.string(),
  running_plugin_version: z.string(),
  running_sha256: z.string(),
  seal_wrap: z.boolean(),
  type: z.string(),
  uuid: z.string(),
});

/** The settings of a mount that are in effect: its own or the system's. */
export const TuneShown = z.object({
  default_lease_ttl: z.number(),
  description: z.string(),
  force_no_cache: z.boolean(),
  max_lease_ttl: z.number(),
  ...listShape,
  external_entropy_access: z.boolean().optional(),
  options: z.record(z.string(), z.string()).optional(),
  token_type: z.string().optional(),
  ...z.object(lockoutShape).partial().shape,
});

/** What everybody may see of a mount that is listed for all. */
export const MountPublic = z.object({
  type: z.string(),
  description: z.string(),
  options: z.record(z.string(), z.string()),
});

/** TTLs are the mount's own; 0 is the system's default. */
export const mountInfo = (mount: Mount) => {
  const { info, config } = mount;
  const locked = lockout(config);
  const builtIn = isAlwaysThere(mount);
  return defined({
    accessor: info.accessor,
    config: defined({
      default_lease_ttl: config.defaultLeaseTtl,
      force_no_cache: config.forceNoCache,
      max_lease_ttl: config.maxLeaseTtl,
      ...lists(config),
      ...tokenType(mount),
      user_lockout_config: locked,
    }),
    deprecation_status: builtIn ? undefined : "supported",
    description: mount.description,
    external_entropy_access: mount.externalEntropyAccess,
    local: mount.local,
    options: builtIn && Object.keys(info.options).length === 0 ? null : info.options,
    plugin_version: "",
    running_plugin_version: BUILT_IN_VERSION,
    running_sha256: "",
    seal_wrap: mount.sealWrap,
    type: info.type,
    uuid: mount.uuid,
  });
};

/** TTLs are those that count. */
export const tuneInfo = (mount: Mount) =>
  defined({
    default_lease_ttl: mount.info.defaultTtl,
    description: mount.description,
    force_no_cache: mount.config.forceNoCache,
    max_lease_ttl: mount.info.maxTtl,
    ...lists(mount.config),
    external_entropy_access: mount.externalEntropyAccess ? true : undefined,
    options: Object.keys(mount.info.options).length === 0 ? undefined : mount.info.options,
    ...tokenType(mount),
    ...lockout(mount.config),
  });

/** What everybody may see of a mount that is listed for all. */
export const publicInfo = ({ info, description }: Mount) => ({
  type: info.type,
  description,
  options: info.options,
});
