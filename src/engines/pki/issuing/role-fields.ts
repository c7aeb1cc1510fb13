import { z } from "zod";
import { field } from "../../../framework/index.ts";
import { subjectFields } from "../authorities/fields.ts";

/** The fields of a role as they are sent. */

const lifetime = {
  ttl: field.duration("Lifetime where none is asked for; 0: the mount's, at most `max_ttl`."),
  max_ttl: field.duration("Longest lifetime; 0: the mount's."),
  not_before_duration: field.duration("How far back certificates begin; 30 seconds unless given."),
  not_before: field.text("When certificates begin, RFC 3339; wins over what is asked for."),
  not_before_bound: field.text(
    "Whether `not_before` may be asked for: `permit`, `duration` (no further back) or `forbid`.",
  ),
  not_after: field.text("When certificates end, RFC 3339; wins over what is asked for."),
  not_after_bound: field.text(
    "Whether `not_after` may be asked for: `permit`, `ttl-limited`, `forbid`, or the latest time.",
  ),
};

const names = {
  allow_localhost: field.flag("`localhost` and `localdomain` are allowed; true unless given."),
  allowed_domains: field.commaList("Domains, in the senses that the flags below allow."),
  allowed_domains_template: field.flag("Fill identity templates in `allowed_domains`."),
  allow_globs_in_identity_templates: field.flag(
    "Values of identities may hold `*`, which may then match as a pattern.",
  ),
  allow_bare_domains: field.flag("The allowed domains themselves are allowed."),
  allow_subdomains: field.flag("Names below the allowed domains are allowed, with wildcards."),
  allow_glob_domains: field.flag("`*` in an allowed domain is any text."),
  allow_wildcard_certificates: field.flag("Names with a wildcard in their first label are allowed; true unless given."),
  allow_any_name: field.flag("Any name is allowed."),
  enforce_hostnames: field.flag(
    "Names must be host names, also behind the `@` of an e-mail address; true unless given.",
  ),
  cn_validations: field.commaList("What a common name may be: `email`, `hostname` or both, or `disabled`: any text."),
  require_cn: field.flag("A certificate has a common name; true unless given."),
  allow_ip_sans: field.flag("IP addresses are allowed; true unless given."),
  allowed_ip_sans_cidr: field.commaList("Ranges that addresses must be in. Empty: any."),
  allowed_uri_sans: field.commaList("URIs that are allowed; `*` is any text. Empty: none."),
  allowed_uri_sans_template: field.flag("Fill identity templates in `allowed_uri_sans`."),
  allowed_other_sans: field.commaList(
    "Other names that are allowed, `<oid>;utf8:<value>`, where `*` in the value is any text; `*` alone: any.",
  ),
  allowed_serial_numbers: field.commaList("Serial numbers allowed in the subject; `*` is any text. Empty: none."),
  serial_number_source: field.text(
    "Where the subject's serial number comes from: `json-csr` (the field, else the request) or `json`.",
  ),
  allowed_user_ids: field.commaList("User ids allowed in the subject; `*` is any text. Empty: none."),
  use_csr_common_name: field.flag("Signing takes the common name of the request; true unless given."),
  use_csr_sans: field.flag("Signing takes the alternative names of the request; true unless given."),
};

const key = {
  key_type: field.text("`rsa`, `ec`, `ed25519` or `any`; `rsa` unless given."),
  key_bits: field.integer(
    "Bits of a key that is made, the least of one that is signed; 0: 2048 of `rsa`, 256 of `ec`.",
  ),
  signature_bits: field.integer("Bits of the hash that an RSA issuer signs; 0: 256."),
  use_pss: field.flag("RSA issuers sign with PSS."),
};

const contents = {
  server_flag: field.flag("For TLS servers; true unless given."),
  client_flag: field.flag("For TLS clients; true unless given."),
  code_signing_flag: field.flag("For signing code."),
  email_protection_flag: field.flag("For e-mail."),
  key_usage: field.commaList("Key usages, by Go's names without `KeyUsage`; those of TLS unless given."),
  ext_key_usage: field.commaList("Extended key usages, by Go's names without `ExtKeyUsage`."),
  ext_key_usage_oids: field.commaList("Extended key usages, by their object identifiers."),
  policy_identifiers: field.anyValue(
    'Object identifiers of policies, or JSON: `[{"oid":"1.2.3","cps":"https://…","notice":"…"}]`.',
  ),
  basic_constraints_valid_for_non_ca: field.flag("Certificates say that they are not authorities."),
  ...subjectFields,
};

const keeping = {
  issuer_ref: field.text("Name or id of the issuer; `default` unless given."),
  generate_lease: field.flag("Certificates have leases; a revoked lease revokes its certificate."),
  no_store: field.flag("Certificates are not stored, so they are not listed nor revoked by serial number."),
  no_store_metadata: field.flag("Metadata sent with a request is not stored."),
};

export const RoleInput = z.object({ ...keeping, ...lifetime, ...names, ...key, ...contents });
export type RoleInput = z.output<typeof RoleInput>;
