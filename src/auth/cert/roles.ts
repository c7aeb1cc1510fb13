import { z } from "zod";
import { field } from "../../framework/index.ts";
import { allRecords } from "../../framework/records.ts";
import {
  legacyTokenShape,
  readTokenFields,
  shownTokenShape,
  storedTokenShape,
  tokenShape,
} from "../../framework/token-params.ts";
import type { Address, View } from "../../storage/store.ts";

/** Roles, which Vault calls certificates: whom a certificate must come from, what it must say, what its tokens are like. */

const { policies, ttl, max_ttl, period, bound_cidrs } = legacyTokenShape;

export const roleShape = {
  certificate: field.text("Certificates in PEM: of authorities, or the one client's own where it is first."),
  allowed_names: field.commaList("Patterns, one of which the common name, a DNS or an e-mail name must match."),
  allowed_common_names: field.commaList("Patterns, one of which the common name must match."),
  allowed_dns_sans: field.commaList("Patterns, one of which a DNS name must match."),
  allowed_email_sans: field.commaList("Patterns, one of which an e-mail name must match."),
  allowed_uri_sans: field.commaList("Patterns, one of which a URI must match."),
  allowed_organizational_units: field.commaList("Patterns, one of which an organizational unit must match."),
  allowed_organizations: field.commaList("Patterns, one of which an organization must match."),
  required_extensions: field.commaList("`oid:pattern` of texts, `hex:oid:pattern` of other values; all must match."),
  allowed_metadata_extensions: field.commaList("Object identifiers of extensions that go into the token's metadata."),
  display_name: field.text("Display name of the tokens; the role's name unless given."),
  ocsp_enabled: field.flag("Not supported: OCSP is not checked here; must be false."),
  ocsp_ca_certificates: field.text("Not supported; must be empty."),
  ocsp_servers_override: field.commaList("Not supported; must be empty."),
  ocsp_fail_open: field.flag("Not supported; must be false."),
  ocsp_query_all_servers: field.flag("Not supported; must be false."),
  ...tokenShape,
  policies,
  ttl,
  max_ttl,
  period,
  bound_cidrs,
  lease: field.duration("Oldest name of `token_ttl`."),
};
const roleInput = z.object(roleShape);
export type RoleInput = z.output<typeof roleInput>;

const list = z.array(z.string()).nullable();

const described = {
  certificate: z.string(),
  display_name: z.string(),
  allowed_names: list,
  allowed_common_names: list,
  allowed_dns_sans: list,
  allowed_email_sans: list,
  allowed_uri_sans: list,
  allowed_organizational_units: list,
  allowed_organizations: list,
  required_extensions: list,
  allowed_metadata_extensions: list,
};

export const storedRole = z.object({
  /** Tells this role from a later one of the same name. */
  id: z.string(),
  ...described,
  ...storedTokenShape,
});
export type Role = z.output<typeof storedRole>;
export type NamedRole = Role & { readonly name: string };

/** OCSP is not checked, so these never change. */
const NO_OCSP = {
  ocsp_enabled: false,
  ocsp_ca_certificates: "",
  ocsp_servers_override: null,
  ocsp_fail_open: false,
  ocsp_query_all_servers: false,
};

export const RoleShown = z.object({
  ...described,
  ocsp_enabled: z.boolean(),
  ocsp_ca_certificates: z.string(),
  ocsp_servers_override: list,
  ocsp_fail_open: z.boolean(),
  ocsp_query_all_servers: z.boolean(),
  ...shownTokenShape,
});

const shownPart = z.object(described);

export const showRole = (role: Role): z.output<typeof RoleShown> => ({
  ...shownPart.parse(role),
  ...NO_OCSP,
  ...readTokenFields(role),
});

/** `name` as the path table folds it. */
export const roleAddress = (storage: View, name: string): Address => storage.at(`cert/${name}`);

export const findRole = async (storage: View, name: string): Promise<NamedRole | undefined> => {
  const entry = await storage.get(roleAddress(storage, name));
  return entry && { ...storedRole.parse(entry.body), name };
};

export const listRoles = (storage: View): Promise<readonly string[]> => storage.list("cert/");

/** Every role, in order of names. */
export async function* allRoles(storage: View): AsyncGenerator<NamedRole> {
  const entries = allRecords(storage, "cert/", (name) => roleAddress(storage, name));
  for await (const [name, entry] of entries) yield { ...storedRole.parse(entry.body), name };
}

export const removeRole = (storage: View, name: string): Promise<void> =>
  storage.write([{ op: "delete", address: roleAddress(storage, name), when: "any" }]);
