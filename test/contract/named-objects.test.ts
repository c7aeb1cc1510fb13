import { afterAll, describe, expect, it } from "@jest/globals";
import { type BackendParts, builtInRows } from "../../src/catalog.ts";
import { fieldsOfOp } from "../../src/framework/schema.ts";
import { makeServer } from "../support/make-server.ts";

/**
 * V30 and I16 over the path tables: every body field that reads like a reference to something else is judged here.
 * Those of the first list name objects with paths of their own and need the right to them (`core/request/rights.ts`);
 * for each other one the reason says why naming it gives no power over it. A new field fails until it has its line.
 */

const GUARDED: readonly RegExp[] = [
  /^identity (entity|group) (id|name)$/,
  /^identity (entity|group)\/id\/\{id\} name$/,
  /^identity entity\/name\/\{name\+\} id$/,
  /^identity entity\/batch-delete entity_ids$/,
  /^identity entity\/merge (from_entity_ids|to_entity_id)$/,
  /^identity group(\/id\/\{id\}|\/name\/\{name\+\})? member_(entity|group)_ids$/,
  /^identity (entity-alias|persona|group-alias) (id|name)$/,
  /^identity (entity-alias|persona|group-alias)(\/id\/\{id\})? (canonical_id|entity_id)$/,
  /^identity (entity-alias|persona|group-alias)\/id\/\{id\} name$/,
  /^identity lookup\/(entity|group) (id|name|alias_id|alias_name)$/,
  /^system (leases\/)?(lookup|renew|revoke)(\/\{url_lease_id\+\})? lease_id$/,
  /^system remount (from|to)$/,
  /^system policies\/explain (token|accessor|entity_id|policies)$/,
];

const JUDGED: readonly (readonly [field: RegExp, why: string])[] = [
  [/^identity group\/name\/\{name\+\} id$/, "ignored: the name in the path picks the group"],
  [
    /^identity oidc\/(key|provider)\/\{name\} allowed_client_ids$/,
    "who may sign with the key or use the provider; whoever may write it decides",
  ],
  [/^identity oidc\/role\/\{name\} client_id$/, "the audience of the role's tokens, which the key must allow"],
  [/^identity oidc\/assignment\/\{name\} (entity|group)_ids$/, "who may log in; nothing of them changes"],
  [/^identity oidc\/introspect (token|client_id)$/, "asked about, and nothing but good or not is told"],
  [
    /^identity oidc\/provider\/\{name\}\/authorize client_id$/,
    "lets the client know who the caller is; its assignments say who may",
  ],
  [/^identity oidc\/provider\/\{name\}\/token client_id$/, "what a client shows of itself"],
  [/ (alias_)?mount_accessor$/, "says where an alias' name counts; nothing of the mount changes"],
  [/^identity \S+ policies$/, "whoever may change an entity or a group chooses its policies, as in Vault"],
  [/^system (mounts|auth)\/\{path\+\} plugin_name$/, "the type of a mount"],
  [/^system (policies\/acl|policy|policies\/password)\/\{name\+\} policy$/, "the text of the policy"],
  [/^system wrapping\/(lookup|unwrap|rewrap) token$/, "a bearer token: who has it has its rights"],
  [/^system capabilities(-self)? token$/, "a bearer token"],
  [/^system capabilities-accessor accessor$/, "asked about, and nothing but capabilities is told"],
  [/^system (capabilities\S*|policies\/explain) paths?$/, "asked about, not reached"],
  [/^system internal\/specs\/openapi generic_mount_paths$/, "a flag"],
  [/^system plugins\/reload\/backend mounts$/, "reloading changes nothing"],
  [
    /^identity mfa\/method\/totp(\/\{method_id:uuid\})? method_name$/,
    "of the method, which its own path names or makes",
  ],
  [/^identity mfa\/method\/totp\/generate method_id$/, "the caller's own key, where it has none"],
  [
    /^identity mfa\/method\/totp\/admin-(generate|destroy) (method_id|entity_id)$/,
    "these are the paths of keys: whoever may call them administers everybody's, as in Vault",
  ],
  [
    /^identity mfa\/login-enforcement\/\{name\} (mfa_method_ids|auth_method_accessors|identity_(group|entity)_ids)$/,
    "says which logins need a second factor; it gives nobody anything",
  ],
  [/^system mfa\/validate mfa_request_id$/, "a bearer's id, worth nothing without the codes"],
  [/^system quotas\//, "says what the quota counts"],
  [
    /^token (create\S*) (id|policies|no_default_policy|display_name)$/,
    "of the token that is made; policies by its parent",
  ],
  [/^token create\S* entity_alias$/, "only what the role's allowed_entity_aliases says"],
  [/^token \S+ token$/, "a bearer token"],
  [/^token (lookup|renew|revoke)-accessor accessor$/, "an accessor has no path of its own: these are its paths"],
  [/^token roles\/\{role_name\} /, "what the role allows; whoever may write it decides"],
  [/^database (static-)?roles\/\{name\} db_name$/, "the connection's allowed_roles says which roles may use it"],
  [
    /^transit restore name$/,
    "backups name keys themselves: whoever may restore without a name in the path may restore any, as in Vault",
  ],
  [/^pki \S+ (common_name|alt_names|user_ids)$/, "names in a certificate, as far as the role lets callers choose them"],
  [/^pki \S+ (key_name|issuer_name)$/, "what is made or changed gets the name, which must not be taken"],
  [
    /^pki (issuer\/\{issuer_ref\}\/)?sign-verbatim role$/,
    "of the same mount; it sets lifetimes alone, since these paths judge no names",
  ],
  [
    /^pki roles\/\{name\} (allow_any_name|use_csr_common_name|allowed_user_ids)$/,
    "what the role allows, by its writer",
  ],
  [/^pki config\/cluster (path|aia_path)$/, "addresses of the mount as certificates name them; nothing is reached"],
  [/^totp keys\/\{name:at\} account_name$/, "a text that authenticator apps show"],
  [
    /^pki config\/acme (allowed_roles|default_directory_policy|eab_policy)$/,
    "roles of the mount, by whoever may configure it; their own rules stay",
  ],
  [/^ssh roles\/\{role:at\} allow_user_key_ids$/, "a flag"],
  [/^ssh (sign|issue)\/\{role:at\} key_id$/, "a text in the certificate, if the role lets callers choose it"],
  [/^ssh config\/zeroaddress roles$/, "roles of the mount, by whoever may configure it; their own rules stay"],
  [/^(aws|approle|cert|userpass|github|jwt|kubernetes|ldap|oidc) (login|oidc\/)\S* /, "what a login shows of itself"],
  [
    /^(aws|approle|cert|userpass|github|jwt|kubernetes|ldap|oidc) \S+ (token_)?(no_default_)?(policies|policy)$/,
    "whoever may write the role decides",
  ],
  [/^aws role\/\{role\} (bound_\w+|resolve_aws_unique_ids)$/, "names in AWS"],
  [/^aws role\/\{role\}\/tag instance_id$/, "a name in AWS: the one instance that may carry the tag"],
  [/^aws config\//, "names in AWS"],
  [/^kubernetes role\/\{name\} bound_service_account_names$/, "names in a cluster"],
  [
    /^ldap config (case_sensitive_names|username_as_alias|dereference_aliases|use_token_groups)$/,
    "how names are read in the directory",
  ],
  [/^ldap users\/\{name\+\} groups$/, "their policies are the same operator's, at the same mount"],
  [/^(jwt|oidc) config (default_role|oidc_client_id)$/, "a role of the same mount; a client at a provider"],
  [/^cert certs\/\{name\} (allowed_(common_)?names|display_name)$/, "patterns for names in certificates; a text"],
  [/^github config organization_id$/, "a number at GitHub"],
  [/^aws (creds|sts)\/\{name:at\} role_(arn|session_name)$/, "an ARN of the role's own list; a name in AWS"],
  [
    /^aws (static-)?roles\/\{name:at\} (iam_groups|user_path|external_id|username|assume_role_session_name)$/,
    "names in AWS",
  ],
  [
    /^approle role\/\{role_name\}\S* (bind_secret_id|local_secret_ids|role_id|secret_id|secret_id_accessor)$/,
    "of the role in the path",
  ],
];

const REFERENCE =
  /(^|_)(ids?|names?|roles?|accessors?|policy|policies|mounts?|paths?|from|to|tokens?|prefix|entity|entities|groups?|alias(es)?)$/;

const parts = new Proxy(
  { aws: () => ({ region: "us-east-1" }) },
  { get: (known, key) => Reflect.get(known, key) ?? (() => ({})) },
) as unknown as BackendParts;
const server = await makeServer({ rows: builtInRows(parts) });
afterAll(() => server.dynamo.close());

const fields = new Set<string>();
for (const { kind, type } of server.core.catalog.types) {
  for (const options of type === "kv" ? [{}, { version: "2" }] : [{}]) {
    const backend = await server.core.catalog.find(kind, type, options);
    for (const path of backend?.paths ?? []) {
      for (const [name, op] of Object.entries(path.ops)) {
        if (name === "read" || name === "list" || !op) continue;
        for (const field of fieldsOfOp(op)) {
          if (REFERENCE.test(field.name) && !Object.hasOwn(path.params, field.name)) {
            fields.add(`${type} ${path.template} ${field.name}`);
          }
        }
      }
    }
  }
}

describe("V30 and I16: a field that names something else", () => {
  const rules = [...GUARDED, ...JUDGED.map(([field]) => field)];

  it.each([...fields])("%s is guarded, or has a reason not to be", (field) => {
    expect(rules.filter((rule) => rule.test(field))).toHaveLength(1);
  });

  it.each(rules)("the judgement %s is about a field that exists", (rule) => {
    expect([...fields].some((field) => rule.test(field))).toBe(true);
  });
});
