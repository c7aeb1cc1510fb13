import { NEW_ROLE, type Role } from "./role.ts";

/**
 * The role that stands for no role: everything that a request says is allowed. Whoever may sign verbatim may name
 * whatever they like, but makes no authority.
 */

/** What a request to sign verbatim may say besides its CSR. */
export interface VerbatimInput {
  readonly key_usage?: readonly string[] | undefined;
  readonly ext_key_usage?: readonly string[] | undefined;
  readonly ext_key_usage_oids?: readonly string[] | undefined;
  readonly signature_bits?: number | undefined;
  readonly use_pss?: boolean | undefined;
  readonly basic_constraints_valid_for_non_ca?: boolean | undefined;
}

/** `role`: lends its times, its issuer, and how certificates are kept; nothing of what it allows. */
export const verbatimRole = (input: VerbatimInput, role: Role | undefined): Role => {
  const lent = role ?? NEW_ROLE;
  return {
    ...NEW_ROLE,
    ttl: lent.ttl,
    max_ttl: lent.max_ttl,
    not_before_duration: lent.not_before_duration,
    generate_lease: lent.generate_lease,
    no_store: lent.no_store,
    no_store_metadata: lent.no_store_metadata,
    issuer_ref: lent.issuer_ref,
    allow_any_name: true,
    enforce_hostnames: false,
    cn_validations: ["disabled"],
    require_cn: false,
    allowed_other_sans: ["*"],
    allowed_serial_numbers: ["*"],
    allowed_uri_sans: ["*"],
    allowed_user_ids: ["*"],
    key_type: "any",
    server_flag: false,
    client_flag: false,
    key_usage: input.key_usage ?? NEW_ROLE.key_usage,
    ext_key_usage: input.ext_key_usage ?? [],
    ext_key_usage_oids: input.ext_key_usage_oids ?? [],
    signature_bits: input.signature_bits ?? 0,
    use_pss: input.use_pss ?? false,
    basic_constraints_valid_for_non_ca:
      input.basic_constraints_valid_for_non_ca ?? lent.basic_constraints_valid_for_non_ca,
  };
};
