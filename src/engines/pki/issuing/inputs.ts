import { z } from "zod";
import { field } from "../../../framework/index.ts";

/** The fields of requests for certificates. */

const common = {
  common_name: field.text("The common name; a host, or an e-mail address."),
  alt_names: field.text("Comma list of other hosts and e-mail addresses."),
  ip_sans: field.commaList("IP addresses."),
  uri_sans: field.commaList("URIs."),
  other_sans: field.commaList("Other names, `<oid>;utf8:<value>` each."),
  serial_number: field.text("Serial number in the subject; not that of the certificate."),
  user_ids: field.commaList("User ids in the subject."),
  exclude_cn_from_sans: field.flag("Leave the common name out of the alternative names."),
  ttl: field.duration("Lifetime; the role's unless given, at most its maximum."),
  not_before: field.text("When the certificate begins, RFC 3339, if the role lets callers choose it."),
  not_after: field.text("When the certificate ends, RFC 3339, instead of a lifetime."),
  format: field.text("`pem`, `der` (as base64) or `pem_bundle`; `pem` unless given."),
  private_key_format: field.text("`pkcs8`, or the form that is usual for the key's type."),
  remove_roots_from_chain: field.flag("Leave roots out of `ca_chain`."),
  cert_metadata: field.text("Base64 that is kept with the certificate, for `cert-metadata`."),
  issuer_ref: field.text(
    "Name or id of the issuer. Only `sign-verbatim` uses it; elsewhere the path or the role decides.",
  ),
  role: field.text("Name of the role, where the path does not say it."),
};

export const IssueInput = z.object({
  ...common,
  key_type: field.text("`rsa`, `ec` or `ed25519`, for roles that allow any."),
  key_bits: field.integer("Bits of the key, for roles that allow any type."),
});
export type IssueInput = z.output<typeof IssueInput>;

export const SignInput = z.object({ csr: field.text("The request to sign, PEM."), ...common });
export type SignInput = z.output<typeof SignInput>;

export const VerbatimInput = z.object({
  ...SignInput.shape,
  key_usage: field.commaList("Key usages where the request asks for none; those of TLS unless given."),
  ext_key_usage: field.commaList("Extended key usages where the request asks for none."),
  ext_key_usage_oids: field.commaList("The same by their object identifiers."),
  signature_bits: field.integer("Bits of the hash that an RSA issuer signs; 0: 256."),
  use_pss: field.flag("An RSA issuer signs with PSS."),
  basic_constraints_valid_for_non_ca: field.flag("The certificate says that it is not an authority."),
});
export type VerbatimInput = z.output<typeof VerbatimInput>;
