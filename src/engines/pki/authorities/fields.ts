import { z } from "zod";
import { field } from "../../../framework/index.ts";

/** Fields of the paths that make and sign authorities. */

const FORMAT =
  "`pem`, `der` (base64), or `pem_bundle`: the key, if shown, and the certificate in one text. `pem` unless given.";

/** Of a subject; roles have them too. */
export const subjectFields = {
  ou: field.commaList("Organizational units of the subject."),
  organization: field.commaList("Organizations of the subject."),
  country: field.commaList("Countries of the subject."),
  locality: field.commaList("Localities of the subject."),
  province: field.commaList("Provinces of the subject."),
  street_address: field.commaList("Street addresses of the subject."),
  postal_code: field.commaList("Postal codes of the subject."),
};

export const namesAsked = {
  common_name: field.text("The common name."),
  alt_names: field.text("DNS names and mailboxes, with commas between them."),
  ip_sans: field.commaList("Addresses."),
  uri_sans: field.commaList("URIs."),
  other_sans: field.commaList("Names of other types, each as `<oid>;UTF8:<text>`."),
  exclude_cn_from_sans: field.flag("Leave the common name out of the alternative names."),
  serial_number: field.text("The subject's attribute `serialNumber`; not the number of the certificate."),
  ...subjectFields,
};

export const datesAsked = {
  ttl: field.duration("Lifetime; the mount's unless given, and never longer than the mount's longest."),
  not_after: field.text("When it ends instead: RFC 3339. Not together with `ttl`."),
  not_before: field.text("When it begins: RFC 3339."),
  not_before_duration: field.duration("How far back it begins; 30 seconds unless given."),
};

export const formats = {
  format: field.text(FORMAT),
  private_key_format: field.text("`pkcs8`: an exported key as PKCS#8; anything else: as its kind is usually written."),
};

export const keyAsked = {
  key_type: field.text("`rsa`, `ec` or `ed25519`; `rsa` unless given."),
  key_bits: field.integer("`rsa`: 2048 (0), 3072, 4096; `ec`: 224, 256 (0), 384, 521."),
  key_name: field.text("Name for the new key."),
  key_ref: field.text("Of `existing`: the key, by `default`, name or id; `default` unless given."),
  external_key_ref: field.text("Refused: keys elsewhere are not supported."),
};

export const signatureAsked = {
  signature_bits: field.integer("Bits of the hash under RSA signatures: 256 (0), 384 or 512."),
  use_pss: field.flag("Sign with RSASSA-PSS where the signing key is RSA."),
};

export const authorityAsked = {
  issuer_name: field.text("Name for the new issuer."),
  max_path_length: field.integer("How many authorities may follow below; -1: any number."),
  key_usage: field.commaList("`DigitalSignature` is added to the usages of an authority; others have no effect."),
  ext_key_usage: field.commaList("Extended key usages, such as `ServerAuth`."),
  ext_key_usage_oids: field.commaList("Extended key usages by object identifier."),
  permitted_dns_domains: field.commaList("Domains for which certificates below may be; critical."),
  excluded_dns_domains: field.commaList("Domains for which certificates below may not be."),
  permitted_ip_ranges: field.commaList("Ranges of addresses for which certificates below may be, as CIDR."),
  excluded_ip_ranges: field.commaList("Ranges of addresses for which certificates below may not be."),
  permitted_email_addresses: field.commaList("Mailboxes or their domains for which certificates below may be."),
  excluded_email_addresses: field.commaList("Mailboxes or their domains for which certificates below may not be."),
  permitted_uri_domains: field.commaList("Domains of URIs for which certificates below may be."),
  excluded_uri_domains: field.commaList("Domains of URIs for which certificates below may not be."),
};

const NamesAsked = z.object(namesAsked);
export type NamesAsked = z.output<typeof NamesAsked>;
const DatesAsked = z.object(datesAsked);
export type DatesAsked = z.output<typeof DatesAsked>;
const KeyAsked = z.object(keyAsked);
export type KeyAsked = z.output<typeof KeyAsked>;
const AuthorityAsked = z.object(authorityAsked);
export type AuthorityAsked = z.output<typeof AuthorityAsked>;
