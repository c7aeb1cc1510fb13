import type { AwsAuthParts } from "./auth/aws/backend.ts";
import type { Pod } from "./auth/kubernetes/parts.ts";
import type { Home } from "./contract/homes.ts";
import type { CatalogRow } from "./core/catalog.ts";
import type { Core } from "./core/core.ts";
import type { EngineWorld } from "./engines/aws/world.ts";
import type { DatabaseParts } from "./engines/database/backend.ts";
import type { Reach } from "./outgoing/index.ts";
import type { SealedStore } from "./storage/index.ts";

/**
 * The one list of backends. Adding a secrets engine or an auth method is a folder and a row here; removing both leaves
 * everything compiling. `home` is the function of a deployment that runs it (`contract/functions.ts`): the rights of
 * that function's role follow from it.
 */

/** What backends need of the outside world. */
export interface BackendParts {
  /** Asked when the method is first used, so that a function that does not run it loads none of it. */
  readonly aws: () => AwsAuthParts | Promise<AwsAuthParts>;
  /** Absent: the built-in connectors, never closed, which suits a process that is frozen rather than ended. */
  readonly database?: () => DatabaseParts;
  /** AWS for the secrets engine `aws`; absent: as the environment of the process names it. */
  readonly awsEngine?: (() => EngineWorld | Promise<EngineWorld>) | undefined;
  /** The pod of a cluster that the program runs in. Absent: none, as for the functions of a deployment. */
  readonly pod?: Pod | undefined;
  /** Which hosts backends may dial, where operators name them; absent: those with public addresses only. */
  readonly reach?: Reach;
}

/** One backend under two names, as in Vault. */
const jwtRow = (type: "jwt" | "oidc", { reach }: BackendParts): CatalogRow => ({
  kind: "auth",
  type,
  home: "login",
  folds: { "role/{name}": "case" },
  resolvesRole: true,
  load: async () => {
    const { jwtAuth, jwtParts } = await import("./auth/jwt/backend.ts");
    return jwtAuth(type, jwtParts(reach));
  },
});

export const builtInRows = (parts: BackendParts): readonly CatalogRow[] => [
  {
    kind: "secret",
    type: "kv",
    home: "kv",
    aliases: { "kv-v1": { version: "1" }, "kv-v2": { version: "2" }, generic: {} },
    variant: ({ version }) => (version === "2" ? "2" : "1"),
    load: async (options) => (await import("./engines/kv/backend.ts")).kv.backendFor(options),
  },
  {
    kind: "secret",
    type: "database",
    home: "dynamic",
    outside: ["database-logins"],
    outsideToEnd: ["database-logins"],
    leases: true,
    load: async () => {
      const { databaseEngine, databaseParts } = await import("./engines/database/backend.ts");
      return databaseEngine(parts.database?.() ?? databaseParts(parts.reach));
    },
  },
  {
    kind: "secret",
    type: "ssh",
    home: "keys",
    leases: true,
    load: async () => (await import("./engines/ssh/backend.ts")).sshEngine,
  },
  {
    kind: "secret",
    type: "transit",
    home: "keys",
    load: async () => (await import("./engines/transit/backend.ts")).transitEngine,
  },
  {
    kind: "secret",
    type: "pki",
    home: "keys",
    leases: true,
    load: async () => (await import("./engines/pki/backend.ts")).pkiEngine,
  },
  {
    kind: "secret",
    type: "totp",
    home: "keys",
    load: async () => (await import("./engines/totp/backend.ts")).totpEngine,
  },
  {
    kind: "secret",
    type: "aws",
    home: "dynamic",
    leases: true,
    outside: ["aws-issues", "aws-ends"],
    outsideToEnd: ["aws-ends"],
    load: async () => {
      const { awsEngine } = await import("./engines/aws/backend.ts");
      const given = await parts.awsEngine?.();
      const surroundings = () => import("./engines/aws/surroundings.ts");
      return awsEngine(given ?? (await surroundings()).awsWorld({ reach: parts.reach }));
    },
  },
  {
    kind: "auth",
    type: "aws",
    home: "login",
    outside: ["identity-reads"],
    folds: { "role/{role}": "case" },
    resolvesRole: true,
    load: async () => (await import("./auth/aws/backend.ts")).awsAuth(await parts.aws()),
  },
  {
    kind: "auth",
    type: "approle",
    home: "login",
    lockable: true,
    folds: { "role/{role_name}": "case" },
    resolvesRole: true,
    load: async () => (await import("./auth/approle/backend.ts")).approleAuth(),
  },
  {
    kind: "auth",
    type: "userpass",
    home: "login",
    lockable: true,
    folds: { "login/{username}": "case", "users/{username}": "case" },
    load: async () => (await import("./auth/userpass/backend.ts")).userpassAuth(),
  },
  jwtRow("jwt", parts),
  jwtRow("oidc", parts),
  {
    kind: "auth",
    type: "cert",
    home: "login",
    folds: { "certs/{name}": "case", "crls/{name}": "case" },
    resolvesRole: true,
    load: async () => {
      const { certAuth, certParts } = await import("./auth/cert/backend.ts");
      return certAuth(certParts(parts.reach));
    },
  },
  {
    kind: "auth",
    type: "github",
    home: "login",
    folds: { "map/teams/{key:any}": "case", "map/users/{key:any}": "case" },
    load: async () => {
      const { githubAuth, githubParts } = await import("./auth/github/backend.ts");
      return githubAuth(githubParts(parts.reach));
    },
  },
  {
    kind: "auth",
    type: "kubernetes",
    home: "login",
    folds: { "role/{name}": "case" },
    resolvesRole: true,
    load: async () => {
      const { kubernetesAuth, kubernetesParts } = await import("./auth/kubernetes/backend.ts");
      return kubernetesAuth(kubernetesParts(parts.reach, parts.pod));
    },
  },
  {
    kind: "auth",
    type: "ldap",
    home: "login",
    lockable: true,
    folds: { "groups/{name+}": "login", "login/{username+}": "login", "users/{name+}": "login" },
    load: async () => {
      const { ldapAuth, outsideFor } = await import("./auth/ldap/backend.ts");
      return ldapAuth(outsideFor(parts.reach));
    },
  },
];

/** Core's own backends: ordinary path tables that are given core's services. Every server has them. */
export const coreRows = (core: () => Core, store: () => SealedStore): readonly CatalogRow[] => [
  {
    kind: "secret",
    type: "system",
    home: "system",
    folds: {
      "audit/{path+}": "mount",
      "auth/{path+}": "mount",
      "config/auditing/request-headers/{header:any}": "case",
      "config/ui/headers/{header:any}": "case",
      "locked-users/{mount_accessor:any}/unlock/{alias_identifier+}": "case",
      "mounts/{path+}": "mount",
      "policies/acl/{name+}": "policy",
      "policy/{name+}": "policy",
    },
    load: async () => (await import("./backends/system/backend.ts")).systemBackend(core(), store()),
  },
  {
    kind: "secret",
    type: "cubbyhole",
    home: "wrapping",
    load: async () => (await import("./backends/cubbyhole/backend.ts")).cubbyholeBackend(core()),
  },
  {
    kind: "secret",
    type: "identity",
    home: "system",
    folds: { "entity/name/{name+}": "letters", "group/name/{name+}": "letters" },
    load: async () => (await import("./backends/identity/backend.ts")).identityBackend(core()),
  },
  {
    kind: "auth",
    type: "token",
    home: "login",
    folds: { "create/{role_name}": "case", "roles/{role_name}": "case" },
    load: async () => (await import("./backends/token/backend.ts")).tokenBackend(core()),
  },
];

const unloaded = (): never => {
  throw new Error("a list of homes loads no backend");
};

/** Where every backend runs, without loading any: what the stacks make their roles and functions from. */
export const HOMES: readonly Home[] = [...coreRows(unloaded, unloaded), ...builtInRows({ aws: unloaded })].map(
  ({ kind, type, home, leases, outside = [], outsideToEnd = [] }) => ({
    kind,
    type,
    home,
    outside,
    outsideToEnd,
    ...(leases && { leases }),
  }),
);
