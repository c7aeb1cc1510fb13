import { z } from "zod";
import type { Given } from "../../../framework/index.ts";
import { KEY_TYPES } from "./key-rules.ts";

/**
 * A role: what may be issued, to the last field of OpenBao's and of Vault's. It is kept as it is shown. Lists are what
 * an operator wrote; what they mean is said by the rules that read them.
 */

const count = z.int().nonnegative();
const texts = z.array(z.string());

export const StoredRole = z.object({
  /** Seconds; 0: the mount's. */
  ttl: count,
  max_ttl: count,
  not_before_duration: count,
  /** RFC 3339; `""`: none. */
  not_before: z.string(),
  not_before_bound: z.string(),
  not_after: z.string(),
  not_after_bound: z.string(),
  allow_localhost: z.boolean(),
  allowed_domains: texts,
  allowed_domains_template: z.boolean(),
  allow_globs_in_identity_templates: z.boolean(),
  allow_bare_domains: z.boolean(),
  allow_subdomains: z.boolean(),
  allow_glob_domains: z.boolean(),
  allow_wildcard_certificates: z.boolean(),
  allow_any_name: z.boolean(),
  enforce_hostnames: z.boolean(),
  cn_validations: texts,
  require_cn: z.boolean(),
  allow_ip_sans: z.boolean(),
  allowed_ip_sans_cidr: texts,
  allowed_uri_sans: texts,
  allowed_uri_sans_template: z.boolean(),
  allowed_other_sans: texts,
  allowed_serial_numbers: texts,
  serial_number_source: z.enum(["json-csr", "json"]),
  allowed_user_ids: texts,
  use_csr_common_name: z.boolean(),
  use_csr_sans: z.boolean(),
  key_type: z.enum(KEY_TYPES),
  key_bits: count,
  signature_bits: z.int(),
  use_pss: z.boolean(),
  server_flag: z.boolean(),
  client_flag: z.boolean(),
  code_signing_flag: z.boolean(),
  email_protection_flag: z.boolean(),
  key_usage: texts,
  ext_key_usage: texts,
  ext_key_usage_oids: texts,
  /** Object identifiers, or JSON texts of one policy each. */
  policy_identifiers: texts,
  basic_constraints_valid_for_non_ca: z.boolean(),
  ou: texts,
  organization: texts,
  country: texts,
  locality: texts,
  province: texts,
  street_address: texts,
  postal_code: texts,
  /** Name or id of an issuer, found when it is used. */
  issuer_ref: z.string(),
  generate_lease: z.boolean(),
  no_store: z.boolean(),
  no_store_metadata: z.boolean(),
});
export type Role = Given<z.output<typeof StoredRole>>;

/** As it is shown: with a flag of long ago, which no request can set. */
export const ShownRole = StoredRole.extend({ allow_token_displayname: z.boolean() });

export const shownRole = (role: Role): Given<z.output<typeof ShownRole>> => ({
  ...role,
  allow_token_displayname: false,
});

export const NEW_ROLE: Role = {
  ttl: 0,
  max_ttl: 0,
  not_before_duration: 30,
  not_before: "",
  not_before_bound: "permit",
  not_after: "",
  not_after_bound: "permit",
  allow_localhost: true,
  allowed_domains: [],
  allowed_domains_template: false,
  allow_globs_in_identity_templates: false,
  allow_bare_domains: false,
  allow_subdomains: false,
  allow_glob_domains: false,
  allow_wildcard_certificates: true,
  allow_any_name: false,
  enforce_hostnames: true,
  cn_validations: [],
  require_cn: true,
  allow_ip_sans: true,
  allowed_ip_sans_cidr: [],
  allowed_uri_sans: [],
  allowed_uri_sans_template: false,
  allowed_other_sans: [],
  allowed_serial_numbers: [],
  serial_number_source: "json-csr",
  allowed_user_ids: [],
  use_csr_common_name: true,
  use_csr_sans: true,
  key_type: "rsa",
  key_bits: 0,
  signature_bits: 0,
  use_pss: false,
  server_flag: true,
  client_flag: true,
  code_signing_flag: false,
  email_protection_flag: false,
  key_usage: ["DigitalSignature", "KeyAgreement", "KeyEncipherment"],
  ext_key_usage: [],
  ext_key_usage_oids: [],
  policy_identifiers: [],
  basic_constraints_valid_for_non_ca: false,
  ou: [],
  organization: [],
  country: [],
  locality: [],
  province: [],
  street_address: [],
  postal_code: [],
  issuer_ref: "default",
  generate_lease: false,
  no_store: false,
  no_store_metadata: false,
};
