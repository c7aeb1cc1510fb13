import type { World } from "./world.ts";

/** A server with something on every page: for pictures, and for looking at every page with axe. */

export interface Filled {
  /** May everything. */
  readonly operator: { readonly name: string; readonly password: string };
  /** May read and write `secret/team-a/`, and not list it all. */
  readonly developer: { readonly name: string; readonly password: string };
}

// The exact rule of `default` on leases would go before the wildcard.
const OPERATOR =
  'path "sys/leases/lookup/" {\n  capabilities = ["list", "sudo"]\n}\n\npath "*" {\n  capabilities = ["create", "read", "update", "patch", "delete", "list", "sudo"]\n}\n';
const DEV = `# What the people of team-a need for their daily work.
path "secret/data/team-a/*" {
  capabilities = ["create", "read", "update"]
}

path "secret/metadata/team-a/mail/*" {
  capabilities = ["read", "list"]
}

path "database/creds/readonly" {
  capabilities = ["read"]
}
`;
const AUDITOR = 'path "sys/audit" {\n  capabilities = ["read", "sudo"]\n}\n';

const NAMES = [
  "billing",
  "cloudflare api",
  "grafana",
  "jenkins",
  "mail/imap",
  "mail/smtp",
  "sentry",
  "stripe-live",
  "stripe-test",
  "vpn/london",
  "vpn/paris",
];

const DAY_S = 86_400;

const secrets = async (world: World): Promise<void> => {
  const { prepare, canary } = world;
  await prepare("POST", "secret/metadata/team-a/db", {
    custom_metadata: { owner: "team-a", note: "rotated every month" },
    delete_version_after: `${6 * DAY_S}s`,
  });
  for (const version of [1, 2, 3]) {
    await world.secret("secret/team-a/db", {
      user: "app",
      password: canary(`password-${version}`),
      url: `postgres://app@db.example.com:5432/app?version=${version}`,
      notes: Array.from({ length: 12 }, (_, at) => `line ${at + 1} of the notes, ${canary("note")}`).join("\n"),
      ...(version > 1 && { port: 5432 }),
    });
  }
  await prepare("POST", "secret/delete/team-a/db", { versions: [1] });
  await Promise.all([
    ...NAMES.map((name) => world.secret(`secret/team-a/${name}`, { user: "app", password: canary("password") })),
    ...["vpn", "wifi", "door"].map((name) => world.secret(`secret/office/${name}`, { code: canary("code") })),
  ]);
  await prepare("POST", "secret/metadata/team-a/sentry", { delete_version_after: `${2 * DAY_S}s` });
  await world.secret("secret/team-a/sentry", { dsn: canary("dsn") });
  await prepare("POST", "sys/mounts/legacy", { type: "kv", description: "what is not moved yet" });
  await prepare("POST", "legacy/fax", { number: canary("number") });
};

const engines = async ({ prepare }: World): Promise<void> => {
  await prepare("POST", "sys/mounts/database", { type: "database", description: "PostgreSQL of the shop" });
  await prepare("POST", "database/config/shop", {
    plugin_name: "postgresql-database-plugin",
    connection_url: "postgresql://{{username}}:{{password}}@db.example.com:5432/shop",
    username: "vault",
    password: "not-a-password",
    allowed_roles: ["readonly", "admin"],
    verify_connection: false,
  });
  for (const name of ["readonly", "admin"]) {
    await prepare("POST", `database/roles/${name}`, {
      db_name: "shop",
      creation_statements: [`CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`],
      default_ttl: "1h",
      max_ttl: "8h",
    });
  }
  await prepare("POST", "sys/mounts/transit", { type: "transit" });
};

const methods = async ({ prepare }: World): Promise<void> => {
  await prepare("POST", "sys/auth/approle", { type: "approle" });
  await prepare("POST", "auth/approle/role/deploy", { token_policies: ["dev"], token_ttl: "20m" });
  await prepare("POST", "sys/auth/aws", { type: "aws" });
  await prepare("POST", "auth/aws/role/onprem-db", {
    auth_type: "iam",
    bound_iam_principal_arn: ["arn:aws:iam::123456789012:role/AppHybridRole"],
    resolve_aws_unique_ids: false,
    token_policies: ["dev"],
    token_ttl: "30m",
  });
};

const people = async (world: World): Promise<Filled> => {
  await world.policy("operator", OPERATOR);
  await world.policy("dev", DEV);
  await world.policy("auditor", AUDITOR);
  const operator = await world.person("operator", ["operator"]);
  const developer = await world.person("alias", ["dev"]);
  for (const { name, password } of [operator, developer])
    await world.prepare("POST", `auth/userpass/login/${name}`, { password }, { token: null });
  const { data } = await world.prepare("GET", "identity/entity/id?list=true");
  await world.prepare("POST", "identity/group", {
    name: "sales",
    policies: ["auditor"],
    member_entity_ids: data["keys"],
  });
  return { operator, developer };
};

export const fillWorld = async (world: World): Promise<Filled> => {
  const filled = await people(world);
  await secrets(world);
  await engines(world);
  await methods(world);
  for (let count = 0; count < 8; count += 1)
    await world.prepare("POST", "auth/token/create", { policies: ["dev"], ttl: `${count + 1}h` });
  return filled;
};

/** An address of the page, and who looks at it. */
export interface Place {
  readonly name: string;
  /** Below `/ui/`. */
  readonly at: string;
  readonly as?: keyof Filled | "nobody";
}

export const PLACES: readonly Place[] = [
  { name: "sign-in", at: "", as: "nobody" },
  { name: "open", at: "open", as: "nobody" },
  { name: "home", at: "" },
  { name: "browse-folder", at: "browse/secret/team-a/" },
  { name: "browse-folder-of-rules", at: "browse/secret/", as: "developer" },
  { name: "browse-secret", at: "browse/secret/team-a/db" },
  { name: "browse-history", at: "browse/secret/team-a/db?tab=history" },
  { name: "browse-v1", at: "browse/legacy/fax" },
  { name: "browse-denied", at: "browse/secret/office/vpn", as: "developer" },
  { name: "browse-nothing", at: "browse/secret/team-a/nothing" },
  { name: "new", at: "new/secret/team-a/" },
  { name: "edit", at: "edit/secret/team-a/db" },
  { name: "share", at: "share" },
  { name: "me", at: "me", as: "developer" },
  { name: "credentials", at: "credentials" },
  { name: "credentials-role", at: "credentials/database/readonly" },
  { name: "leases", at: "leases" },
  { name: "access", at: "access" },
  { name: "access-groups", at: "access?tab=groups" },
  { name: "access-methods", at: "access?tab=methods" },
  { name: "access-applications", at: "access?tab=applications" },
  { name: "access-denied", at: "access/groups/some-group", as: "developer" },
  { name: "policies", at: "policies" },
  { name: "policy", at: "policies/dev" },
  { name: "audit", at: "audit" },
  { name: "mounts", at: "mounts" },
  { name: "mount", at: "mounts/database/" },
  { name: "machines", at: "machines" },
  { name: "expiring", at: "expiring" },
  { name: "status", at: "status" },
  { name: "onboard", at: "onboard" },
  { name: "api", at: "api" },
  { name: "api-group", at: "api/database/" },
  { name: "api-form", at: "api/auth/approle/role/{role_name}?method=write" },
  { name: "unknown", at: "nowhere" },
];
