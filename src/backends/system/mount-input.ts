import { z } from "zod";
import { SYSTEM_TTL } from "../../core/config/build.ts";
import type { Mount, MountConfig } from "../../core/mounts/mount.ts";
import { field, invalidRequest } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { defined } from "../../std/defined.ts";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../std/json.ts";
import { restate } from "../../std/restate.ts";
import { cut } from "../../std/shown.ts";
import { DurationError, parseDuration, seconds } from "../../std/time.ts";

/** The body that enables a mount, and its `config`, which Vault reads without its weak typing. */

export const EnableInput = z.object({
  type: field.text("type of the backend: kv, database, userpass, ..."),
  description: field.text("for humans"),
  config: field.map("default_lease_ttl, max_lease_ttl, force_no_cache, listing_visibility, lists of headers and keys"),
  options: field.keyValues("options of the backend, such as the version of kv"),
  local: field.flag("accepted for compatibility"),
  seal_wrap: field.flag("accepted for compatibility; everything is sealed"),
  external_entropy_access: field.flag("accepted for compatibility"),
  plugin_name: field.text("older name of type, with type plugin"),
  plugin_version: field.text("only built-in backends exist, in one version"),
});
export type EnableGiven = z.output<typeof EnableInput>;

export type TokenType = NonNullable<MountConfig["tokenType"]>;
const TOKEN_TYPES: readonly string[] = ["default-service", "default-batch", "service", "batch"];
const isTokenType = (text: string): text is TokenType => TOKEN_TYPES.includes(text);

export const tokenTypeOf = (text: string): TokenType => {
  if (!isTokenType(text)) throw invalidRequest("invalid value for 'token_type'");
  return text;
};

export const visibilityOf = (text: string): "" | "hidden" | "unauth" => {
  if (text !== "" && text !== "hidden" && text !== "unauth") {
    throw invalidRequest(`invalid listing_visibility ${cut(text)}`);
  }
  return text;
};

/** A duration as text or number; negative ones are refused. Throws `DurationError`. */
export const ttlOf = (text: string): Seconds => {
  const ttl = parseDuration(text);
  if (ttl < 0) throw new DurationError(`cannot provide negative value '${ttl}'`);
  return ttl;
};

type Malformed = () => never;

const textIn = (config: JsonObject, name: string, malformed: Malformed): string => {
  const value = config[name];
  if (value === undefined || value === null) return "";
  if (typeof value === "number" || value instanceof JsonNumber) return value.toString();
  return typeof value === "string" ? value : malformed();
};

const flagIn = (config: JsonObject, name: string, malformed: Malformed): boolean => {
  const value = config[name] ?? false;
  return typeof value === "boolean" ? value : malformed();
};

const isText = (value: JsonValue): value is string => typeof value === "string";

const listIn = (config: JsonObject, name: string, malformed: Malformed): readonly string[] | undefined => {
  const value = config[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) return malformed();
  const items: readonly JsonValue[] = value;
  return items.every(isText) ? items : malformed();
};

const enableTtl = (text: string, what: "default" | "max"): Seconds => {
  if (text === "" || text === "system") return seconds(0);
  return restate(
    DurationError,
    (cause) => invalidRequest(`unable to parse ${what} TTL of ${cut(text)}: ${cause.message}`),
    () => ttlOf(text),
  );
};

const checkTtls = (defaultLeaseTtl: Seconds, maxLeaseTtl: Seconds): void => {
  if (maxLeaseTtl > 0 && defaultLeaseTtl > maxLeaseTtl) {
    throw invalidRequest("given default lease TTL greater than given max lease TTL");
  }
  if (maxLeaseTtl === 0 && defaultLeaseTtl > SYSTEM_TTL) {
    throw invalidRequest(`given default lease TTL greater than system max lease TTL of ${SYSTEM_TTL}`);
  }
};

/** The `config` of a mount to be enabled. Throws with Vault's texts. */
export const configOf = (given: JsonObject | undefined, kind: Mount["kind"]): MountConfig => {
  const config = given ?? {};
  const malformed: Malformed = () => {
    throw invalidRequest(`unable to convert given ${kind === "auth" ? "auth" : "mount"} config information`);
  };
  if (!isJsonObject(config)) return malformed();
  const text = (name: string) => textIn(config, name, malformed);
  const list = (name: string) => listIn(config, name, malformed);
  const forceNoCache = flagIn(config, "force_no_cache", malformed);
  const lists = {
    auditNonHmacRequestKeys: list("audit_non_hmac_request_keys"),
    auditNonHmacResponseKeys: list("audit_non_hmac_response_keys"),
    passthroughRequestHeaders: list("passthrough_request_headers"),
    allowedResponseHeaders: list("allowed_response_headers"),
    allowedManagedKeys: list("allowed_managed_keys"),
  };
  const defaultLeaseTtl = enableTtl(text("default_lease_ttl"), "default");
  const maxLeaseTtl = enableTtl(text("max_lease_ttl"), "max");
  checkTtls(defaultLeaseTtl, maxLeaseTtl);
  const visibility = visibilityOf(text("listing_visibility"));
  const wanted = text("token_type");
  const tokenType = wanted === "" ? "default-service" : tokenTypeOf(wanted);
  return defined({
    defaultLeaseTtl,
    maxLeaseTtl,
    forceNoCache,
    ...lists,
    listingVisibility: visibility || undefined,
    tokenType: kind === "auth" ? tokenType : undefined,
  });
};
