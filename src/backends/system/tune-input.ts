import { z } from "zod";
import { SYSTEM_TTL } from "../../core/config/build.ts";
import type { Mount, MountConfig } from "../../core/mounts/mount.ts";
import { field, invalidRequest } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { defined } from "../../std/defined.ts";
import { JsonNumber, type JsonObject, type JsonValue } from "../../std/json.ts";
import { restate } from "../../std/restate.ts";
import { shown } from "../../std/shown.ts";
import { DurationError, seconds } from "../../std/time.ts";
import { tokenTypeOf, ttlOf, visibilityOf } from "./mount-input.ts";

/** The body that tunes a mount, and what becomes of the mount's settings. Pure. */

export const TuneInput = z.object({
  default_lease_ttl: field.text("lifetime of leases and tokens that ask for none; system: the default"),
  max_lease_ttl: field.text("longest lifetime of leases and tokens; system: the default"),
  description: field.text("for humans"),
  listing_visibility: field.text("hidden, or unauth to list the mount for everyone"),
  audit_non_hmac_request_keys: field.commaList("keys whose request values the audit log shows"),
  audit_non_hmac_response_keys: field.commaList("keys whose response values the audit log shows"),
  passthrough_request_headers: field.commaList("request headers the backend sees"),
  allowed_response_headers: field.commaList("response headers the backend may set"),
  token_type: field.text("kind of the tokens of an auth method"),
  options: field.keyValues("options of the backend; an empty value removes one"),
  plugin_version: field.text("only built-in backends exist, in one version"),
  user_lockout_config: field.map(
    "lockout_threshold, lockout_duration, lockout_counter_reset_duration, lockout_disable",
  ),
});
export type TuneGiven = z.output<typeof TuneInput>;

const tunedTtl = (given: string | undefined, before: Seconds): Seconds => {
  if (given === undefined || given === "") return before;
  if (given === "system") return seconds(0);
  return restate(
    DurationError,
    (cause) => invalidRequest(cause.message),
    () => ttlOf(given),
  );
};

const checkTtls = (defaultTtl: Seconds, maxTtl: Seconds): void => {
  const max = maxTtl > 0 ? maxTtl : SYSTEM_TTL;
  // Only the mount's own default can be a contradiction: the system's is capped like any other value.
  if (maxTtl > 0 && defaultTtl > max) {
    throw invalidRequest(
      `backend max lease TTL of ${max} would be less than backend default lease TTL of ${defaultTtl}`,
    );
  }
};

const plainText = (value: JsonValue | undefined): string | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || value instanceof JsonNumber) return value.toString();
  throw invalidRequest("error decoding user lockout config: a value is neither text nor number");
};

const lockoutOf = (given: JsonObject | undefined, mount: Mount, lockable: boolean): MountConfig["userLockout"] => {
  if (given === undefined || Object.keys(given).length === 0) return mount.config.userLockout;
  if (!lockable) {
    const { type } = mount.info;
    throw invalidRequest(`tuning of user lockout configuration for auth type ${shown(type)} not allowed`);
  }
  const text = (name: string) => plainText(given[name]);
  const span = (name: string): Seconds | undefined => {
    const value = text(name);
    return value === undefined || value === "" ? undefined : tunedTtl(value, seconds(0));
  };
  const threshold = text("lockout_threshold");
  if (threshold !== undefined && !/^\d{1,9}$/.test(threshold)) {
    throw invalidRequest(`unable to parse user lockout threshold: ${shown(threshold)}`);
  }
  const disable = given["lockout_disable"];
  if (disable !== undefined && disable !== null && typeof disable !== "boolean") {
    throw invalidRequest("lockout_disable is not a boolean");
  }
  return {
    ...mount.config.userLockout,
    ...defined({
      threshold: threshold === undefined ? undefined : Number(threshold),
      duration: span("lockout_duration"),
      counterReset: span("lockout_counter_reset_duration"),
      disable: disable ?? undefined,
    }),
  };
};

const tokenType = (given: string | undefined, mount: Mount): MountConfig["tokenType"] => {
  if (given === undefined || given === "") return mount.config.tokenType;
  if (mount.kind !== "auth") throw invalidRequest("'token_type' can only be modified on auth mounts");
  if (mount.info.type === "token") {
    throw invalidRequest("'token_type' cannot be set for 'token' or 'ns_token' auth mounts");
  }
  return tokenTypeOf(given);
};

/** Options merged, empty ones removed; and the warning where the version changes. */
const optionsOf = (given: TuneGiven["options"], mount: Mount, versions: readonly string[]) => {
  const before = mount.info.options;
  if (given === undefined) return { options: before, warnings: [] };
  const wanted = given["version"];
  const warnings: string[] = [];
  if (wanted !== undefined && versions.length === 0) {
    const what = mount.kind === "auth" ? "auth method" : "secrets engine";
    throw invalidRequest(`${what} ${shown(mount.info.type)} does not allow setting a version`);
  }
  if (wanted !== undefined) {
    if (!/^\d{0,9}$/.test(wanted)) throw invalidRequest(`unable to parse options: invalid version`);
    const version = Number(wanted);
    const now = Number(before["version"] ?? "0");
    if (!versions.includes(String(version))) throw invalidRequest(`invalid version provided: ${version}`);
    if (version < now) throw invalidRequest(`cannot downgrade mount from version ${now}`);
    if (version > Math.max(now, 1)) {
      warnings.push(
        `Upgrading mount from version ${now} to version ${version}. This mount will be unavailable for a brief period and will resume service shortly.`,
      );
    }
  }
  const merged = Object.entries({ ...before, ...given }).filter(([, value]) => value !== "");
  return { options: Object.fromEntries(merged), warnings };
};

const listOf = (given: readonly string[] | undefined, before: readonly string[] | undefined) =>
  (given ?? before ?? []).length === 0 ? undefined : (given ?? before);

/** What the mount's type can be tuned to. */
export interface TunableType {
  readonly versions: readonly string[];
  readonly lockable: boolean;
}

/** The mount as tuned. Throws with Vault's texts, changing nothing. */
export const tuned = (mount: Mount, given: TuneGiven, type: TunableType) => {
  const { config } = mount;
  const defaultLeaseTtl = tunedTtl(given.default_lease_ttl, config.defaultLeaseTtl);
  const maxLeaseTtl = tunedTtl(given.max_lease_ttl, config.maxLeaseTtl);
  checkTtls(defaultLeaseTtl, maxLeaseTtl);
  const { options, warnings } = optionsOf(given.options, mount, type.versions);
  const visibility =
    given.listing_visibility === undefined ? config.listingVisibility : visibilityOf(given.listing_visibility);
  const next: MountConfig = {
    defaultLeaseTtl,
    maxLeaseTtl,
    forceNoCache: config.forceNoCache,
    ...defined({
      listingVisibility: visibility === "" ? undefined : visibility,
      tokenType: tokenType(given.token_type, mount),
      passthroughRequestHeaders: listOf(given.passthrough_request_headers, config.passthroughRequestHeaders),
      allowedResponseHeaders: listOf(given.allowed_response_headers, config.allowedResponseHeaders),
      auditNonHmacRequestKeys: listOf(given.audit_non_hmac_request_keys, config.auditNonHmacRequestKeys),
      auditNonHmacResponseKeys: listOf(given.audit_non_hmac_response_keys, config.auditNonHmacResponseKeys),
      allowedManagedKeys: config.allowedManagedKeys,
      userLockout: lockoutOf(given.user_lockout_config, mount, type.lockable),
    }),
  };
  const description = given.description ?? mount.description;
  return { mount: { ...mount, description, config: next, info: { ...mount.info, options } }, warnings };
};
