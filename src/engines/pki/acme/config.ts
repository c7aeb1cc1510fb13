import { isIP } from "node:net";
import { z } from "zod";
import { type BackendContext, field, type Given } from "../../../framework/index.ts";
import { cut, shown } from "../../../std/shown.ts";
import { changeBody } from "../../../storage/change.ts";
import { findIndex, issuerIdOf, refOf, wrapped } from "../authorities/index-entry.ts";
import type { Role } from "../issuing/role.ts";
import { findRole } from "../issuing/roles.ts";
import { Problem, wordsFirst } from "./problems.ts";
import { configAddress } from "./records.ts";

/** `config/acme`: whether the mount serves ACME, for which roles and issuers, and for whom. */

export const POLICIES = ["not-required", "new-account-required", "always-required"] as const;

export const AcmeConfig = z.object({
  enabled: z.boolean(),
  allowed_issuers: z.array(z.string()),
  allowed_roles: z.array(z.string()),
  allow_role_ext_key_usage: z.boolean(),
  default_directory_policy: z.string(),
  dns_resolver: z.string(),
  eab_policy: z.enum(POLICIES),
});
export type AcmeConfig = Given<z.output<typeof AcmeConfig>>;

const DEFAULT: AcmeConfig = {
  enabled: false,
  allowed_issuers: ["*"],
  allowed_roles: ["*"],
  allow_role_ext_key_usage: false,
  default_directory_policy: "sign-verbatim",
  dns_resolver: "",
  eab_policy: "not-required",
};

export const ConfigInput = z.object({
  enabled: field.flag("Whether ACME is served."),
  allowed_issuers: field.commaList("Names or ids of the issuers that may be used; `*`: any."),
  allowed_roles: field.commaList("Roles that have directories of their own, and that the default may name; `*`: any."),
  allow_role_ext_key_usage: field.flag(
    "Certificates have the role's extended key usages instead of `ServerAuth` alone.",
  ),
  default_directory_policy: field.text("What directories without a role do: `sign-verbatim`, `forbid`, `role:<name>`."),
  dns_resolver: field.text("`address:port` of the name service that challenges ask; empty: the system's."),
  eab_policy: field.text(
    "Who needs a binding to an external account: `not-required`, `new-account-required`, `always-required`.",
  ),
});
type ConfigInput = z.output<typeof ConfigInput>;

export const findConfig = async ({ storage }: BackendContext): Promise<AcmeConfig> => {
  const entry = await storage.get(configAddress(storage));
  return entry ? AcmeConfig.parse(entry.body) : DEFAULT;
};

/** What a directory without a role does. */
export type DefaultPolicy =
  | { readonly type: "forbid" }
  | { readonly type: "sign-verbatim" }
  | { readonly type: "role"; readonly role: string };

export const defaultPolicyOf = (policy: string): DefaultPolicy => {
  if (policy === "forbid") return { type: "forbid" };
  if (policy === "sign-verbatim") return { type: "sign-verbatim" };
  if (!policy.startsWith("role:")) {
    throw wrapped(`invalid default_directory_policy: string ${cut(policy)} not a valid Default Directory Policy`);
  }
  const role = policy.slice("role:".length);
  if (role === "") throw wrapped(`invalid default_directory_policy: no role specified by policy ${policy}`);
  return { type: "role", role };
};

export const isAny = (list: readonly string[]): boolean => list.length === 1 && list[0] === "*";

export const NO_BASE = "ACME feature requires local cluster 'path' field configuration to be set";

const policyOf = (given: string): AcmeConfig["eab_policy"] => {
  const found = POLICIES.find((one) => one === given.trim().toLowerCase());
  if (found) return found;
  const valid = POLICIES.map((one) => `'${one}'`).join(", ");
  throw wrapped(`invalid eab policy name provided, valid values are ${valid}`);
};

const NOT_PARSED = "failed to parse DNS resolver address: ";

const resolverOf = (given: string): string => {
  if (given === "") return "";
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d*)$/.exec(given) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined) throw wrapped(`${NOT_PARSED}address ${cut(given)}: missing port in address`);
  if (address === "") throw wrapped(`${NOT_PARSED}got empty address`);
  if (isIP(address) === 0) throw wrapped(`${NOT_PARSED}expected IPv4/IPv6 address, likely got hostname`);
  if (!(Number(port) >= 1 && Number(port) <= 65_535)) throw wrapped(`${NOT_PARSED}${shown(given)} has no port`);
  return given;
};

const listOf = (name: string, given: readonly string[]): readonly string[] => {
  if (given.length > 0) return given;
  throw wrapped(
    `${name} must take a non-zero length value; specify '*' as the value to allow anything or specify enabled=false to disable ACME entirely`,
  );
};

/** A role for ACME. Throws `Problem` where it is missing, or keeps no certificates. */
export const usableRole = async (name: string, cx: BackendContext): Promise<Role> => {
  const role = await findRole(name, cx);
  if (!role) throw wordsFirst("malformed", "role does not exist");
  if (role.no_store) throw wordsFirst("serverInternal", "role can not be used as NoStore is set to true");
  return role;
};

/** Throws with `refusal` in front of why the role cannot be used. */
const checkRole = async (name: string, refusal: string, cx: BackendContext): Promise<void> => {
  try {
    await usableRole(name, cx);
  } catch (cause) {
    throw cause instanceof Problem ? wrapped(`${refusal}${cause.message}`) : cause;
  }
};

const checkRoles = async (config: AcmeConfig, cx: BackendContext): Promise<void> => {
  const { allowed_roles: allowed, default_directory_policy: policy } = config;
  const meant = defaultPolicyOf(policy);
  if (meant.type === "role") {
    await checkRole(meant.role, `default directory policy role ${cut(meant.role)} is not a valid ACME role: `, cx);
  }
  if (isAny(allowed)) return;
  for (const [index, name] of allowed.entries()) {
    if (name === "*") throw wrapped(`cannot use '*' as role name at index ${index}`);
    await checkRole(name, `allowed_role ${cut(name)} is not a valid acme role: `, cx);
  }
  if (meant.type === "role" && !allowed.includes(meant.role)) {
    throw wrapped(
      `default directory policy ${cut(policy)} was not specified in allowed_roles: [${cut(allowed.join(" "))}]`,
    );
  }
};

const checkIssuers = async ({ allowed_issuers: allowed }: AcmeConfig, cx: BackendContext): Promise<void> => {
  if (isAny(allowed)) return;
  const index = await findIndex(cx);
  for (const [at, name] of allowed.entries()) {
    if (name === "*") throw wrapped(`cannot use '*' as issuer name at index ${at}`);
    const looked = issuerIdOf(index, refOf(name));
    if ("missing" in looked) {
      throw wrapped(`failed validating allowed_issuers: unable to fetch issuer: ${cut(name)}: ${looked.missing}`);
    }
  }
};

const merged = (before: AcmeConfig, input: ConfigInput): AcmeConfig => ({
  enabled: input.enabled ?? before.enabled,
  allowed_issuers: input.allowed_issuers ? listOf("allowed_issuers", input.allowed_issuers) : before.allowed_issuers,
  allowed_roles: input.allowed_roles ? listOf("allowed_roles", input.allowed_roles) : before.allowed_roles,
  allow_role_ext_key_usage: input.allow_role_ext_key_usage ?? before.allow_role_ext_key_usage,
  default_directory_policy: input.default_directory_policy ?? before.default_directory_policy,
  dns_resolver: input.dns_resolver === undefined ? before.dns_resolver : resolverOf(input.dns_resolver),
  eab_policy: input.eab_policy === undefined ? before.eab_policy : policyOf(input.eab_policy),
});

export const writeConfig = (input: ConfigInput, cx: BackendContext): Promise<AcmeConfig> =>
  changeBody(cx.storage, configAddress(cx.storage), AcmeConfig, async (before) => {
    const config = merged(before ?? DEFAULT, input);
    await checkRoles(config, cx);
    await checkIssuers(config, cx);
    if (config.enabled && (await findIndex(cx)).cluster.path === "") throw wrapped(NO_BASE);
    return { ...config, allowed_issuers: [...config.allowed_issuers], allowed_roles: [...config.allowed_roles] };
  });

/** A mount whose address was taken away still says that it is enabled. */
export const configWarnings = async ({ enabled }: AcmeConfig, cx: BackendContext): Promise<readonly string[]> =>
  enabled && (await findIndex(cx)).cluster.path === "" ? [NO_BASE] : [];
