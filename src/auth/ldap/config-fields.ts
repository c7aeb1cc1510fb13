import { z } from "zod";
import { field } from "../../framework/index.ts";
import { shownTokenShape, storedTokenShape, tokenShape } from "../../framework/token-params.ts";

/** The fields of the configuration: what a write takes, what is stored, what a read shows. Source: Vault `ldaputil`. */

export const GROUP_FILTER = "(|(memberUid={{.Username}})(member={{.UserDN}})(uniqueMember={{.UserDN}}))";
export const USER_FILTER = "({{.UserAttr}}={{.Username}})";

export const TLS_VERSIONS = ["tls10", "tls11", "tls12", "tls13"] as const;
export const ALIAS_MODES = ["never", "finding", "searching", "always"] as const;

const givenShape = {
  anonymous_group_search: field.flag("Search groups without being bound."),
  binddn: field.text("Distinguished name of the account that searches."),
  bindpass: field.text("Its password. Never read back."),
  case_sensitive_names: field.flag("Case counts in names of users and groups."),
  certificate: field.text("PEM certificates that the server's certificate is checked against; empty: the public ones."),
  client_tls_cert: field.text("PEM certificate to show to the server. Never read back."),
  client_tls_key: field.text("Its PEM key. Never read back."),
  connection_timeout: field.duration("Time for one URL to be connected to, before the next is tried."),
  deny_null_bind: field.flag(
    "Refuse empty passwords. Without, an empty password logs in as anybody the directory knows.",
  ),
  dereference_aliases: field.text("When searches follow aliases: `never`, `finding`, `searching` or `always`."),
  discoverdn: field.flag("Search for the user without a bind account."),
  enable_samaccountname_login: field.flag("With `upndomain`, take a name as `sAMAccountName` too."),
  groupattr: field.text("Attribute of the entries found by `groupfilter` that names the groups."),
  groupdn: field.text("Where groups are searched; empty: nowhere."),
  groupfilter: field.text("Go template of the filter that finds a user's groups, with `UserDN` and `Username`."),
  insecure_tls: field.flag("Take any certificate of the server."),
  max_page_size: field.integer("Entries in a page of groups; 0: all at once."),
  request_timeout: field.duration("Time for one request to be answered."),
  starttls: field.flag("Encrypt connections to `ldap://` URLs before anything else is said."),
  tls_max_version: field.text("Latest version of TLS: `tls10`, `tls11`, `tls12` or `tls13`."),
  tls_min_version: field.text("Earliest version of TLS: `tls10`, `tls11`, `tls12` or `tls13`."),
  upndomain: field.text("Domain of user principal names; logins are then `name@domain`."),
  url: field.text("URLs of the directory, separated by commas; the first that answers counts."),
  use_pre111_group_cn_behavior: field.flag("Take a group's common name only where it is written `CN`."),
  use_token_groups: field.flag("Take the groups from Active Directory's `tokenGroups`, nested ones among them."),
  userattr: field.text("Attribute that holds the user's name."),
  userdn: field.text("Where users are searched, or what their names end in."),
  userfilter: field.text("Go template of the filter that finds a user, with `UserAttr` and `Username`."),
  username_as_alias: field.flag("Name the entity's alias by the user's name, not by `userattr`."),
};

export const configShape = { ...givenShape, ...tokenShape };
const configInput = z.object(configShape);
export type ConfigInput = z.output<typeof configInput>;

const ownShape = {
  anonymous_group_search: z.boolean(),
  binddn: z.string(),
  case_sensitive_names: z.boolean(),
  certificate: z.string(),
  connection_timeout: z.number(),
  deny_null_bind: z.boolean(),
  dereference_aliases: z.enum(ALIAS_MODES),
  discoverdn: z.boolean(),
  enable_samaccountname_login: z.boolean(),
  groupattr: z.string(),
  groupdn: z.string(),
  groupfilter: z.string(),
  insecure_tls: z.boolean(),
  max_page_size: z.number(),
  request_timeout: z.number(),
  starttls: z.boolean(),
  tls_max_version: z.enum(TLS_VERSIONS),
  tls_min_version: z.enum(TLS_VERSIONS),
  upndomain: z.string(),
  url: z.string(),
  use_pre111_group_cn_behavior: z.boolean(),
  use_token_groups: z.boolean(),
  userattr: z.string(),
  userdn: z.string(),
  userfilter: z.string(),
  username_as_alias: z.boolean(),
};

const secretShape = { bindpass: z.string(), client_tls_cert: z.string(), client_tls_key: z.string() };

export const storedConfig = z.object({ ...ownShape, ...secretShape, ...storedTokenShape });
export type Config = z.output<typeof storedConfig>;

/** What a read shows: neither password nor key, as in Vault. */
export const ConfigShown = z.object({ ...ownShape, ...shownTokenShape });
export const ownFields = z.object(ownShape);
