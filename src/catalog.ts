import type { AwsAuthParts } from "./auth/aws/backend.ts";
import type { CatalogRow } from "./core/catalog.ts";
import type { DatabaseParts } from "./engines/database/backend.ts";

/**
 * The one list of secrets engines and auth methods. Adding one is a folder and a row here; removing both leaves
 * everything compiling. `home` is the function of a deployment that runs it.
 */

/** What backends need of the outside world. */
export interface BackendParts {
  /** Asked when the method is first used, so that a function that does not run it loads none of it. */
  readonly aws: () => AwsAuthParts | Promise<AwsAuthParts>;
  /** Absent: the built-in connectors, never closed, which suits a process that is frozen rather than ended. */
  readonly database?: () => DatabaseParts;
}

export const builtInRows = (parts: BackendParts): readonly CatalogRow[] => [
  {
    kind: "secret",
    type: "kv",
    home: "kv",
    aliases: { "kv-v1": { version: "1" }, "kv-v2": { version: "2" }, generic: {} },
    load: async (options) => (await import("./engines/kv/backend.ts")).kv.backendFor(options),
  },
  {
    kind: "secret",
    type: "database",
    home: "dynamic",
    load: async () => {
      const { databaseEngine, databaseParts } = await import("./engines/database/backend.ts");
      return databaseEngine(parts.database?.() ?? databaseParts());
    },
  },
  {
    kind: "auth",
    type: "aws",
    home: "login",
    load: async () => (await import("./auth/aws/backend.ts")).awsAuth(await parts.aws()),
  },
  {
    kind: "auth",
    type: "approle",
    home: "login",
    load: async () => (await import("./auth/approle/backend.ts")).approleAuth(),
  },
  {
    kind: "auth",
    type: "userpass",
    home: "login",
    load: async () => (await import("./auth/userpass/backend.ts")).userpassAuth(),
  },
];
