import { z } from "zod";
import { invalidRequest } from "../../framework/index.ts";
import { defined } from "../../std/defined.ts";
import { JsonNumber, type JsonObject, type JsonValue } from "../../std/json.ts";
import { shown } from "../../std/shown.ts";
import { optionMap } from "./option-map.ts";
import type { RoleInput } from "./role-fields.ts";

/** Roles of type `ca`: which certificates are signed, for whom and for how long. Times are seconds. */

export const CaRole = z.object({
  key_type: z.literal("ca"),
  allow_user_certificates: z.boolean(),
  allow_host_certificates: z.boolean(),
  allowed_users: z.string(),
  allowed_users_template: z.boolean(),
  allowed_domains: z.string(),
  allowed_domains_template: z.boolean(),
  default_user: z.string(),
  default_user_template: z.boolean(),
  allow_bare_domains: z.boolean(),
  allow_subdomains: z.boolean(),
  allow_empty_principals: z.boolean(),
  allow_user_key_ids: z.boolean(),
  key_id_format: z.string(),
  ttl: z.number(),
  max_ttl: z.number(),
  not_before_duration: z.number(),
  allowed_critical_options: z.string(),
  allowed_extensions: z.string(),
  default_critical_options: z.record(z.string(), z.string()),
  default_extensions: z.record(z.string(), z.string()),
  default_extensions_template: z.boolean(),
  allowed_user_key_lengths: z.record(z.string(), z.array(z.number())),
  algorithm_signer: z.enum(["default", "ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"]),
});
export type CaRole = z.output<typeof CaRole>;

const signerOf = (text: string): CaRole["algorithm_signer"] => {
  const signer = CaRole.shape.algorithm_signer.safeParse(text === "" ? "default" : text);
  if (signer.success) return signer.data;
  throw invalidRequest(`unknown algorithm signer ${shown(text)}`, { multi: true });
};

const lengthOf = (kind: string, value: JsonValue): number => {
  const text = value instanceof JsonNumber ? value.toString() : value;
  const number = typeof text === "string" && /^\d+$/.test(text) ? Number(text) : text;
  if (typeof number === "number" && Number.isSafeInteger(number) && number >= 0) return number;
  throw invalidRequest(`error processing allowed_user_key_lengths: ${shown(kind)} needs a number or a list of numbers`);
};

const lengthsOf = (given: JsonObject): CaRole["allowed_user_key_lengths"] =>
  Object.fromEntries(
    Object.entries(given).map(([kind, value]) => [
      kind,
      (Array.isArray(value) ? value : [value]).map((item: JsonValue) => lengthOf(kind, item)),
    ]),
  );

/** What a role is where nothing is said. */
const DEFAULTS = {
  key_type: "ca",
  allow_user_certificates: false,
  allow_host_certificates: false,
  allowed_users: "",
  allowed_users_template: false,
  allowed_domains: "",
  allowed_domains_template: false,
  default_user: "",
  default_user_template: false,
  allow_bare_domains: false,
  allow_subdomains: false,
  allow_empty_principals: false,
  allow_user_key_ids: false,
  key_id_format: "",
  ttl: 0,
  max_ttl: 0,
  not_before_duration: 30,
  allowed_critical_options: "",
  allowed_extensions: "",
  default_extensions_template: false,
} as const;

/** Throws with Vault's texts. */
export const makeCaRole = (input: RoleInput): CaRole => {
  const { algorithm_signer, allowed_user_key_lengths, default_critical_options, default_extensions, ...plain } = input;
  const { key_type: _, cidr_list: __, exclude_cidr_list: ___, port: ____, ...given } = plain;
  const signer = signerOf(algorithm_signer ?? "");
  const role: CaRole = {
    ...DEFAULTS,
    ...defined(given),
    algorithm_signer: signer,
    default_critical_options: optionMap("default_critical_options", default_critical_options ?? {}),
    default_extensions: optionMap("default_extensions", default_extensions ?? {}),
    allowed_user_key_lengths: lengthsOf(allowed_user_key_lengths ?? {}),
  };
  if (!role.allow_user_certificates && !role.allow_host_certificates) {
    throw invalidRequest("Either 'allow_user_certificates' or 'allow_host_certificates' must be set to 'true'");
  }
  if (role.ttl !== 0 && role.max_ttl !== 0 && role.ttl > role.max_ttl) {
    throw invalidRequest('"ttl" value must be less than "max_ttl" when both are specified');
  }
  return role;
};
