import { z } from "zod";
import { BUILT_IN_VERSION } from "../../contract/version.ts";
import type { Core } from "../../core/core.ts";
import { field, invalidRequest, Keys, multiError, op, path } from "../../framework/index.ts";
import { uuid } from "../../std/random.ts";
import { shown } from "../../std/shown.ts";
import { asMountPath } from "./mounts.ts";

/**
 * `sys/plugins`: the built-in backends as a plugin catalog. There are no others: nothing here loads code, and requests
 * to register a plugin are refused.
 */

const KINDS = ["auth", "database", "secret"] as const;
type Kind = (typeof KINDS)[number];

/** Mounts every server has; they cannot be mounted by a type. */
const CORE_TYPES = new Set(["system", "cubbyhole", "identity", "token"]);

/** What the database engine connects to, by the names Vault gives its plugins. */
const DATABASES = [
  "mongodb-database-plugin",
  "mysql-aurora-database-plugin",
  "mysql-database-plugin",
  "mysql-legacy-database-plugin",
  "mysql-rds-database-plugin",
  "postgresql-database-plugin",
  "redis-database-plugin",
];

const Detail = z.object({
  builtin: z.boolean(),
  deprecation_status: z.string(),
  name: z.string(),
  type: z.string(),
  version: z.string(),
});
const Catalog = z.object({
  auth: z.array(z.string()),
  database: z.array(z.string()),
  secret: z.array(z.string()),
  detailed: z.array(Detail),
});
const Plugin = Detail.omit({ type: true }).extend({
  args: z.array(z.string()),
  command: z.string(),
  sha256: z.string(),
});

const NO_PLUGINS = "plugins cannot be registered: only the built-in backends exist";

const kindOf = (text: string): Kind => {
  const kind = KINDS.find((one) => one === text);
  if (!kind) throw invalidRequest(`${shown(text)} is not a supported plugin type`);
  return kind;
};

export const pluginPaths = (core: Core) => {
  const namesOf = (kind: Kind): readonly string[] => {
    const { types } = core.catalog;
    if (kind === "database") {
      return types.some((one) => one.kind === "secret" && one.type === "database") ? DATABASES : [];
    }
    return types
      .filter((one) => one.kind === kind && !CORE_TYPES.has(one.type))
      .map((one) => one.type)
      .sort();
  };

  const detail = (kind: Kind, name: string) => ({
    builtin: true,
    deprecation_status: "supported",
    name,
    type: kind,
    version: BUILT_IN_VERSION,
  });

  /** Throws `invalid_request` that names each mount that is not there. `sys/auth/x` and `auth/x` are the same. */
  const refuseUnknown = async (mounts: readonly string[]): Promise<void> => {
    const snapshot = await core.config.snapshot();
    const unknown = mounts
      .map((given) => asMountPath(given.startsWith("sys/auth/") ? given.slice("sys/".length) : given))
      .filter((where) => !core.config.mountFor(snapshot, where))
      .map((where) => `cannot fetch mount entry on ${shown(where)}`);
    if (unknown.length > 0) throw invalidRequest(multiError(...unknown));
  };

  const refuse = async (): Promise<never> => {
    throw invalidRequest(NO_PLUGINS);
  };

  return [
    path("plugins/catalog", {
      summary: "the built-in backends",
      params: {},
      ops: {
        read: op({
          summary: "list the built-in backends of every kind",
          answers: Catalog,
          handle: async () => ({
            data: {
              auth: namesOf("auth"),
              database: namesOf("database"),
              secret: namesOf("secret"),
              detailed: KINDS.flatMap((kind) => namesOf(kind).map((name) => detail(kind, name))),
            },
          }),
        }),
      },
    }),
    path("plugins/catalog/{type:any}", {
      summary: "the built-in backends of a kind",
      params: { type: "auth, database or secret" },
      ops: {
        list: op({
          summary: "list the built-in backends of a kind",
          answers: Keys,
          access: "sudo",
          // A kind without any is still a list.
          handle: async ({ params }) => ({ status: 200, data: { keys: namesOf(kindOf(params.type)) } }),
        }),
      },
    }),
    path("plugins/catalog/{type:any}/{name:any}", {
      summary: "a built-in backend",
      params: { type: "auth, database or secret", name: "its type" },
      ops: {
        read: op({
          summary: "describe a built-in backend",
          answers: Plugin,
          access: "sudo",
          handle: async ({ params }) => {
            const kind = kindOf(params.type);
            if (!namesOf(kind).includes(params.name)) return undefined;
            const { type: _, ...shown } = detail(kind, params.name);
            return { data: { args: [], command: "", sha256: "", ...shown } };
          },
        }),
        update: op({
          summary: "refuse: no plugin can be registered",
          answers: "nothing",
          access: "sudo",
          handle: refuse,
        }),
        delete: op({
          summary: "refuse: no plugin can be removed",
          answers: "nothing",
          access: "sudo",
          handle: refuse,
        }),
      },
    }),
    path("plugins/reload/backend", {
      summary: "reload of plugins",
      params: {},
      ops: {
        update: op({
          summary: "accept a reload; built-in backends keep no state to reload",
          answers: z.object({ reload_id: z.string() }),
          access: "sudo",
          input: z.object({
            plugin: field.text("name of the plugin"),
            mounts: field.commaList("paths of the mounts"),
            scope: field.text("kept for Vault's clients"),
          }),
          handle: async ({ input }) => {
            const mounts = input.mounts ?? [];
            const plugin = input.plugin ?? "";
            if (plugin === "" && mounts.length === 0) throw invalidRequest("plugin or mounts must be provided");
            if (plugin !== "" && mounts.length > 0)
              throw invalidRequest("plugin and mounts cannot be set at the same time");
            await refuseUnknown(mounts);
            return { data: { reload_id: uuid(core.random) } };
          },
        }),
      },
    }),
  ];
};
