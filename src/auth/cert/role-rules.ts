import { invalidRequest } from "../../framework/index.ts";
import { checkOlderTtl, emptyTokenFields, mergeTokenFields, type TokenFields } from "../../framework/token-params.ts";
import type { Seconds } from "../../std/brand.ts";
import { restate } from "../../std/restate.ts";
import { shown } from "../../std/shown.ts";
import { type Certificate, isForClients, Unreadable } from "../../x509/index.ts";
import { CONSTRAINTS, isExtensionPattern } from "./constraints.ts";
import type { Role, RoleInput } from "./roles.ts";
import { isPinned, readAll } from "./trusted.ts";

/**
 * What a write makes of a role. Pure: the role before and the write in, the role after out, or a refusal.
 *
 * Security: a list that says nothing never widens what bound a role. Where none was set it means none; where one was
 * set it is refused, and so is a list of empty names anywhere.
 */

const OCSP = [
  "ocsp_enabled",
  "ocsp_ca_certificates",
  "ocsp_servers_override",
  "ocsp_fail_open",
  "ocsp_query_all_servers",
] as const;

const refuseOcsp = (input: RoleInput): void => {
  const set = OCSP.find((name) => {
    const value = input[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false && value !== "";
  });
  if (set !== undefined)
    throw invalidRequest(`${set} cannot be set: OCSP is not checked by this server; use crls/:name with a URL`);
};

const BINDING = [...CONSTRAINTS, "required_extensions"] as const;
type Binding = (typeof BINDING)[number];

const bound = (name: Binding, given: readonly string[] | undefined, before: string[] | null): string[] | null => {
  if (given === undefined) return before;
  const named = [...new Set(given.filter((item) => item !== ""))];
  if (named.length > 0) return named;
  if (given.length > 0) throw invalidRequest(`${name} names nothing; leave it out to allow everything`);
  if (before !== null && before.length > 0)
    throw invalidRequest(`${name} cannot be emptied, which would allow everything; delete the role and write it again`);
  return [];
};

const checkExtensions = (role: Pick<Role, "required_extensions" | "allowed_metadata_extensions">): void => {
  const wrong = (role.required_extensions ?? []).find((one) => !isExtensionPattern(one));
  if (wrong !== undefined)
    throw invalidRequest(`required_extensions: ${shown(wrong)} is neither oid:pattern nor hex:oid:pattern`);
  const unknown = (role.allowed_metadata_extensions ?? []).find((one) => !/^\d+(?:\.\d+)+$/.test(one));
  if (unknown !== undefined)
    throw invalidRequest(`allowed_metadata_extensions: ${shown(unknown)} is not an object identifier`);
};

const UNPARSED = "failed to parse certificate";

const parsed = (pem: string): readonly Certificate[] =>
  restate(
    Unreadable,
    ({ reason }) => invalidRequest(reason === "no certificate in PEM" ? UNPARSED : `${UNPARSED}: ${reason}`),
    () => readAll(pem),
  );

const checkCertificates = (certificates: readonly Certificate[]): void => {
  const [first] = certificates;
  if (first && isPinned(certificates) && !isForClients(first))
    throw invalidRequest("nonCA certificates should have TLS client authentication set as an extended key usage");
  if (certificates.some(({ strongKey }) => !strongKey))
    throw invalidRequest("a certificate has a key that is too weak: RSA needs 2048 bits, curves are P-256 and above");
};

const tokenFields = (before: TokenFields, input: RoleInput): TokenFields => {
  const given = { ...input, ttl: input.ttl ?? input.lease };
  if (given.ttl !== undefined || given.max_ttl !== undefined)
    checkOlderTtl(before, given, "ttl should be shorter than max_ttl");
  return mergeTokenFields(before, given);
};

const NEW = {
  allowed_names: null,
  allowed_common_names: null,
  allowed_dns_sans: null,
  allowed_email_sans: null,
  allowed_uri_sans: null,
  allowed_organizational_units: null,
  allowed_organizations: null,
  required_extensions: null,
} satisfies Record<Binding, null>;

/** The role after a write; `fresh` names a role that was not there. Throws `invalid_request`. */
export const nextRole = (before: Role | undefined, input: RoleInput, name: string, fresh: string): Role => {
  refuseOcsp(input);
  const lists: Record<Binding, string[] | null> = { ...NEW };
  for (const one of BINDING) lists[one] = bound(one, input[one], before?.[one] ?? null);
  const metadata = input.allowed_metadata_extensions?.filter((item) => item !== "");
  const role: Role = {
    id: before?.id ?? fresh,
    certificate: input.certificate ?? before?.certificate ?? "",
    display_name: (input.display_name ?? before?.display_name ?? "") || name,
    ...lists,
    allowed_metadata_extensions: metadata ? [...metadata] : (before?.allowed_metadata_extensions ?? null),
    ...tokenFields(before ?? emptyTokenFields, input),
  };
  checkExtensions(role);
  checkCertificates(parsed(role.certificate));
  return role;
};

export interface MountLimits {
  readonly defaultTtl: Seconds;
  readonly maxTtl: Seconds;
}

/** What is odd about a role that is taken all the same. */
export const roleWarnings = (role: Role, { defaultTtl, maxTtl }: MountLimits): readonly string[] => {
  const certificates = readAll(role.certificate);
  const { token_ttl: ttl, token_max_ttl: max, token_period: period } = role;
  return [
    ttl > defaultTtl &&
      `Given ttl of ${ttl} seconds is greater than current mount/system default of ${defaultTtl} seconds`,
    max > maxTtl && `Given max_ttl of ${max} seconds is greater than current mount/system default of ${maxTtl} seconds`,
    period > maxTtl &&
      `Given period of ${period} seconds is greater than the backend's maximum TTL of ${maxTtl} seconds`,
    isPinned(certificates) &&
      certificates.length > 1 &&
      "The first certificate is not one of an authority, so it alone may log in; the others are not used",
  ].filter((text): text is string => text !== false);
};
