import { LOG_EVENT_BYTES } from "../../../src/audit/index.ts";
import { builtInRows } from "../../../src/catalog.ts";
import type { CatalogRow } from "../../../src/core/catalog.ts";
import { initialize, makeMount } from "../../../src/core/config/initialize.ts";
import type { Core } from "../../../src/core/core.ts";
import type { Mount } from "../../../src/core/mounts/mount.ts";
import { embeddedCloud } from "../../../src/local/server/cloud.ts";
import { buildServer, type Server } from "../../../src/server.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../../src/std/json.ts";
import type { RandomSource } from "../../../src/std/random.ts";
import type { Write } from "../../../src/storage/store.ts";
import { sequence } from "../leases/scenario.ts";
import { engine, method } from "./backend.ts";
import { CountedTable } from "./table.ts";

/**
 * The product in process over the counted table. Its randomness comes from one seed, and time stands still. Calls and
 * units of lists over many partitions differ a little from run to run all the same.
 */

const TABLE = "zeroth-bench";
const NOW = Date.UTC(2030, 0, 1);
/** Writes of one transaction; a large one is several. */
const MOST = 90;
const SEED = 7;

export interface Asked {
  readonly token?: string | undefined;
  readonly body?: unknown;
}

export type Call = (method: string, path: string, asked?: Asked) => Promise<JsonObject>;

export interface World {
  readonly table: CountedTable;
  readonly server: Server;
  readonly core: Core;
  readonly root: string;
  readonly random: RandomSource;
  /** One request, by the root token unless told otherwise; `path` is without `/v1/`. Throws for a status above 299. */
  readonly call: Call;
  /** Writes many new entries, uncounted, each as the product seals it. Their conditions are not looked at. */
  bulk(writes: AsyncIterable<Write> | Iterable<Write>): Promise<void>;
  /** Has the configuration read again, rows written in bulk included. */
  reconfigure(): Promise<void>;
  /** A mount with its keys, and a new epoch. */
  mount(
    kind: "secret" | "auth",
    type: string,
    path: string,
    options?: Readonly<Record<string, string>>,
  ): Promise<Mount>;
  /** Another environment of the same deployment, which remembers nothing. */
  environment(): { readonly call: Call; readonly server: Server };
  close(): Promise<void>;
}

/** Not random at all: for a benchmark that repeats itself. */
const seeded = (seed: number): RandomSource => {
  const next = sequence(seed);
  return {
    bytes: (length) => {
      const words = Buffer.alloc(Math.ceil(length / 4) * 4);
      for (let at = 0; at < words.length; at += 4) words.writeUInt32LE(Math.floor(next() * 2 ** 32), at);
      return words.subarray(0, length);
    },
  };
};

const callerOf =
  (server: Server, root: () => string): Call =>
  async (method, path, { token = root(), body } = {}) => {
    const [target = "", query = ""] = path.split("?", 2);
    const response = await server.handle({
      method,
      path: `/v1/${target}`,
      query,
      headers: token === "" ? {} : { "x-vault-token": [token] },
      body: body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body)),
      sourceAddress: "127.0.0.1",
    });
    const text = Buffer.from(response.body).toString("utf8");
    if (response.status > 299) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    const answer = text === "" ? {} : parseJson(text);
    return isJsonObject(answer) ? answer : {};
  };

export const createWorld = async (): Promise<World> => {
  const random = seeded(SEED);
  const clock = { now: () => NOW };
  const cloud = await embeddedCloud({ clock, tableClock: clock, random, tableName: TABLE });
  const table = new CountedTable();
  cloud.kms.middlewareStack.add(
    (next, context) => (args) => {
      table.note(`KMS ${String(context["commandName"]).replace("Command", "")}`);
      return next(args);
    },
    { step: "initialize", name: "count" },
  );
  const rows: readonly CatalogRow[] = [
    ...builtInRows({ aws: () => Promise.reject(new Error("nobody logs in to AWS here")) }),
    { kind: "secret", type: "bench", home: "dynamic", leases: true, load: async () => engine },
    { kind: "auth", type: "bench", home: "login", load: async () => method },
  ];
  const build = (): Server =>
    buildServer({
      dynamodb: table.client(),
      kms: cloud.kms,
      tableName: TABLE,
      keyId: cloud.keyId,
      clock,
      random,
      rows,
      auditSink: { write: async () => undefined, maxBytes: LOG_EVENT_BYTES },
      log: () => undefined,
      epochCopies: 32,
    });
  const server = build();
  const { core } = server;
  const root = (await initialize(core)).reveal();
  const call = callerOf(server, () => root);

  const bulk: World["bulk"] = async (writes) => {
    let batch: Write[] = [];
    const flush = async (): Promise<void> => {
      table.loading = true;
      try {
        await server.store.write(batch);
      } finally {
        table.loading = false;
        batch = [];
      }
    };
    for await (const write of writes) {
      batch.push(write);
      if (batch.length === MOST) await flush();
    }
    if (batch.length > 0) await flush();
  };

  const world: World = {
    table,
    server,
    core,
    root,
    random,
    call,
    bulk,
    reconfigure: async () => {
      core.config.drop();
      await core.config.change([]);
    },
    mount: async (kind, type, path, options) => {
      const mount = makeMount(random, { kind, type, path, ...(options ? { options } : {}) });
      await core.config.putMount(mount, "absent");
      return mount;
    },
    environment: () => {
      const other = build();
      return { server: other, call: callerOf(other, () => root) };
    },
    close: () => cloud.close(),
  };
  return world;
};

/** A text member of an answer, found by its path. Throws when it is absent: the set-up went wrong. */
export const textAt = (answer: JsonObject, ...path: readonly string[]): string => {
  let value: unknown = answer;
  for (const name of path) value = isJsonObject(value) ? value[name] : undefined;
  if (typeof value !== "string") throw new Error(`no ${path.join(".")} in the answer`);
  return value;
};
