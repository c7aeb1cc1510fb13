import { awsAdapters } from "../../src/auth/aws/adapters/index.ts";
import type { DynamoDb } from "../../src/aws-clients/dynamodb.ts";
import type { Kms } from "../../src/aws-clients/kms.ts";
import { builtInRows } from "../../src/catalog.ts";
import type { CatalogRow } from "../../src/core/catalog.ts";
import { initialize, makeMount } from "../../src/core/config/initialize.ts";
import type { EmbeddedAws } from "../../src/local/aws/index.ts";
import { embeddedCloud } from "../../src/local/server/cloud.ts";
import { buildServer, type Server, type ServerDependencies } from "../../src/server.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../src/std/json.ts";
import { systemRandom } from "../../src/std/random.ts";
import { systemClock } from "../../src/std/time.ts";
import { idleDatabases } from "./everyday/idle-database.ts";

/** The product in process over the embedded AWS, with every call counted where it leaves the SDK's clients. */

/** Calls by service: `dynamodb`, `kms`, `sts`, `ssm`, `iam`, `ec2`. */
export type Calls = Readonly<Record<string, number>>;

export interface Call {
  readonly service: string;
  /** `BatchGetItem`, …; empty for services that are counted by host. */
  readonly operation: string;
  readonly input: unknown;
}

export interface Asked {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface World {
  readonly root: string;
  readonly rows: readonly CatalogRow[];
  /** The product's own client. */
  readonly dynamodb: DynamoDb;
  readonly tableName: string;
  readonly embedded: EmbeddedAws;
  /** Another environment on the same table and key, which remembers nothing. */
  another(more?: Pick<ServerDependencies, "hosted" | "domainsAllowed">): Server;
  /** One request with the root token unless told otherwise; `path` is without `/v1/`. Throws for a status above 299. */
  call(method: string, path: string, asked?: Asked): Promise<JsonObject>;
  /** Mounts a backend; `path` of an auth method starts with `auth/`. */
  mount(kind: "secret" | "auth", type: string, path: string, options?: Readonly<Record<string, string>>): Promise<void>;
  /** The calls that `work` makes. */
  callsOf(work: () => Promise<unknown>): Promise<readonly Call[]>;
  close(): Promise<void>;
}

const TABLE = "zeroth-bench";

/** One request to a server, without a token unless told otherwise; `path` is without `/v1/`. */
export const respond = async (
  server: Pick<Server, "handle">,
  method: string,
  path: string,
  { token = "", body, headers = {} }: Asked = {},
): Promise<{ readonly status: number; readonly text: string }> => {
  const [target = "", query = ""] = path.split("?", 2);
  const lists = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]] as const);
  const response = await server.handle({
    method,
    path: `/v1/${target}`,
    query,
    headers: Object.fromEntries([...lists, ...(token === "" ? [] : [["x-vault-token", [token]] as const])]),
    body: body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body)),
    sourceAddress: "127.0.0.1",
  });
  return { status: response.status, text: Buffer.from(response.body).toString("utf8") };
};

/** The same, answered. Throws for a status above 299. */
export const ask = async (
  server: Pick<Server, "handle">,
  method: string,
  path: string,
  asked?: Asked,
): Promise<JsonObject> => {
  const { status, text } = await respond(server, method, path, asked);
  if (status > 299) throw new Error(`${method} ${path} answered ${status}: ${text}`);
  const answer = text === "" ? {} : parseJson(text);
  return isJsonObject(answer) ? answer : {};
};

/**
 * A fresh, initialized server, nothing mounted but what every server has. `watch` gets the clients before their first
 * call.
 */
export const createWorld = async (watch?: (dynamodb: DynamoDb, kms: Kms) => void): Promise<World> => {
  const clock = systemClock;
  const cloud = await embeddedCloud({ clock, tableClock: clock, random: systemRandom, tableName: TABLE });
  const { embedded, dynamodb, kms, region } = cloud;
  if (!embedded) throw new Error("the embedded AWS is missing");
  let calls: Call[] = [];
  watch?.(dynamodb, kms);

  dynamodb.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context["commandName"]).replace("Command", "");
      calls.push({ service: "dynamodb", operation, input: args.input });
      return next(args);
    },
    { step: "initialize", name: "count" },
  );
  kms.middlewareStack.add(
    (next, context) => async (args) => {
      calls.push({
        service: "kms",
        operation: String(context["commandName"]).replace("Command", ""),
        input: args.input,
      });
      return next(args);
    },
    { step: "initialize", name: "count" },
  );
  const [account] = embedded.accounts;
  if (!account) throw new Error("the embedded AWS has no account");
  const requestHandler: typeof embedded.requestHandler = {
    ...embedded.requestHandler,
    handle: (request) => {
      calls.push({ service: (request.headers["host"] ?? "").split(".", 1)[0] ?? "", operation: "", input: undefined });
      return embedded.requestHandler.handle(request);
    },
  };
  const { accessKeyId, secretAccessKey } = account;
  const parts = awsAdapters({
    region,
    clock,
    credentials: async () => ({ accessKeyId, secretAccessKey }),
    // The SDK's type for handlers admits any record; this is what one becomes when spread.
    requestHandler: { ...requestHandler },
    environment: {},
  });
  const rows = builtInRows({ aws: () => ({ ...parts, region }), database: idleDatabases });
  const another: World["another"] = (more = {}) =>
    buildServer({
      dynamodb,
      kms,
      tableName: TABLE,
      keyId: cloud.keyId,
      clock,
      random: systemRandom,
      rows,
      auditSink: { write: async () => undefined },
      log: () => undefined,
      ...more,
    });
  const server = another();
  const root = (await initialize(server.core)).reveal();

  const call: World["call"] = (method, path, { token = root, ...asked } = {}) =>
    ask(server, method, path, { token, ...asked });

  return {
    root,
    rows,
    dynamodb,
    tableName: TABLE,
    embedded,
    another,
    call,
    mount: async (kind, type, path, options) => {
      const mount = makeMount(systemRandom, { kind, type, path, ...(options ? { options } : {}) });
      await server.core.config.putMount(mount, "absent");
    },
    callsOf: async (work) => {
      calls = [];
      await work();
      return calls;
    },
    close: () => cloud.close(),
  };
};

/** How many calls went to each service. */
export const tally = (calls: readonly Call[]): Calls => {
  const counts: Record<string, number> = {};
  for (const { service } of calls) counts[service] = (counts[service] ?? 0) + 1;
  return counts;
};

/** A text member of an answer, found by its path. Throws when it is absent: the set-up went wrong. */
export const textAt = (answer: JsonObject, ...path: readonly string[]): string => {
  let value: unknown = answer;
  for (const name of path) value = isJsonObject(value) ? value[name] : undefined;
  if (typeof value !== "string") throw new Error(`no ${path.join(".")} in the answer`);
  return value;
};
