import { matchesGlob } from "../../std/glob.ts";
import { type Certificate, extensionText } from "../../x509/index.ts";

/** What a role asks of a client's own certificate. Pure. Each list must be met; a list is met by one of its patterns. */

export const CONSTRAINTS = [
  "allowed_names",
  "allowed_common_names",
  "allowed_dns_sans",
  "allowed_email_sans",
  "allowed_uri_sans",
  "allowed_organizational_units",
  "allowed_organizations",
] as const;

/** A list as stored: `null` where none was ever given. */
export type Constraints = { readonly [Name in (typeof CONSTRAINTS)[number]]: readonly string[] | null } & {
  /** All of them must be met. */
  readonly required_extensions: readonly string[] | null;
};

/** What of a certificate is judged. */
export type Judged = Pick<Certificate, "subject" | "alternative" | "extensions">;

const namesFor = (name: (typeof CONSTRAINTS)[number], { subject, alternative }: Judged): readonly string[] => {
  switch (name) {
    case "allowed_names":
      return [subject.commonName, ...alternative.dns, ...alternative.emails];
    case "allowed_common_names":
      return [subject.commonName];
    case "allowed_dns_sans":
      return alternative.dns;
    case "allowed_email_sans":
      return alternative.emails;
    case "allowed_uri_sans":
      return alternative.uris;
    case "allowed_organizational_units":
      return subject.organizationalUnits;
    case "allowed_organizations":
      return subject.organizations;
  }
};

/** `oid:pattern` for a text, `hex:oid:pattern` for the bytes of the value. */
const EXTENSION = /^(hex:)?(\d+(?:\.\d+)+):([\s\S]+)$/;

export const isExtensionPattern = (text: string): boolean => {
  const [, hex, , pattern = ""] = EXTENSION.exec(text) ?? [];
  return pattern !== "" && (hex === undefined || /^[0-9a-f*]+$/i.test(pattern));
};

const hasExtension = (certificate: Judged, required: string): boolean => {
  const [, hex, id = "", pattern = ""] = EXTENSION.exec(required) ?? [];
  const value = certificate.extensions.get(id);
  if (value === undefined || pattern === "") return false;
  return hex === undefined
    ? matchesGlob(pattern, extensionText(value))
    : matchesGlob(pattern.toLowerCase(), Buffer.from(value).toString("hex"));
};

/** The name of the first constraint that is not met; `undefined`: all are. */
export const unmet = (role: Constraints, certificate: Judged): string | undefined => {
  const missed = CONSTRAINTS.find((name) => {
    const allowed = role[name] ?? [];
    if (allowed.length === 0) return false;
    const names = namesFor(name, certificate);
    return !allowed.some((pattern) => names.some((given) => matchesGlob(pattern, given)));
  });
  if (missed !== undefined) return missed;
  const required = role.required_extensions ?? [];
  return required.every((one) => hasExtension(certificate, one)) ? undefined : "required_extensions";
};
