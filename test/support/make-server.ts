import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { awsAdapters } from "../../src/auth/aws/adapters/index.ts";
import { builtInRows } from "../../src/catalog.ts";
import type { CatalogRow } from "../../src/core/catalog.ts";
import { initialize } from "../../src/core/config/initialize.ts";
import type { CoreEvent } from "../../src/core/events.ts";
import type { CrashPoint } from "../../src/framework/index.ts";
import { createEmbeddedDynamo, type EmbeddedDynamo } from "../../src/local/dynamodb/index.ts";
import { NEARBY } from "../../src/outgoing/index.ts";
import { buildServer, type Server, type ServerDependencies } from "../../src/server.ts";
import { as, type PeerCertificates } from "../../src/std/brand.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../src/std/json.ts";
import { systemRandom } from "../../src/std/random.ts";
import type { Timer } from "../../src/std/timer.ts";
import { defineTable } from "../../src/storage/index.ts";
import { checkAnswer } from "./answers.ts";
import { createFakeKms, type FakeKms } from "./kms.ts";
import { createTestClock, embeddedClient, observe, type TestClock, type TestTable } from "./storage.ts";

/** The published test kit: the whole product in process, over an embedded table, with a clock the test moves. */

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The JSON body; an empty object where there is none. */
  readonly body: JsonObject;
  /** `body.data` as an object. */
  readonly data: JsonObject;
}

export interface TestServer extends Server {
  readonly clock: TestClock;
  readonly dynamo: EmbeddedDynamo;
  /** A stock client, for looking and reaching behind the server. */
  readonly dynamodb: DynamoDBClient;
  /** Every call the server makes to the table; lets a test fail them. */
  readonly table: TestTable;
  readonly kms: FakeKms;
  readonly root: string;
  readonly auditLines: string[];
  readonly logLines: string[];
  /** What core reported to its host besides the log. */
  readonly events: CoreEvent[];
  /**
   * One request. `path` starts after `/v1/` unless it starts with `/`; the root token is sent unless told otherwise.
   */
  call(method: string, path: string, options?: CallOptions): Promise<Answered>;
}

export interface CallOptions {
  readonly token?: string | null;
  readonly body?: unknown;
  /** The body as a form, in place of JSON. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sourceAddress?: string;
  /** What the client shows in TLS, PEM. */
  readonly peerCertificates?: string | undefined;
}

export interface MakeServerOptions {
  /** A DynamoDB elsewhere instead of the embedded table. */
  readonly endpoint?: string;
  readonly rows?: readonly CatalogRow[];
  readonly crash?: CrashPoint;
  /** How challenges are checked; absent: nobody checks any. */
  readonly attempt?: ServerDependencies["attempt"];
  readonly clock?: TestClock;
  readonly timer?: Timer;
  /** Where callers reach it; absent: it does not know. */
  readonly address?: string | (() => string);
  /** Milliseconds that a read of a secret may be late. */
  readonly recentMs?: number;
  /** Where audit lines go instead of `auditLines`. */
  readonly audit?: Partial<Pick<ServerDependencies, "auditSink" | "openAuditFile" | "allowRawAudit">>;
}

const TABLE = "zeroth-test";
const CREDENTIALS = { accessKeyId: "AKIATEST", secretAccessKey: "test" };

const addressOf = (address: string | (() => string)): (() => string) =>
  typeof address === "string" ? () => address : address;

const bodyOf = ({ body, form }: CallOptions): Uint8Array => {
  if (form) return Buffer.from(new URLSearchParams(form).toString());
  return body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body));
};

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/** Requests to a server, or to another environment of it. `root`: the token that they carry unless told otherwise. */
export const callsOf =
  ({ handle }: Pick<Server, "handle">, root: string): TestServer["call"] =>
  async (method, path, given = {}) => {
    const [target = "", query = ""] = path.split("?", 2);
    const headers: Record<string, string[]> = {};
    for (const [name, value] of Object.entries(given.headers ?? {})) headers[name.toLowerCase()] = [value];
    if (given.form) headers["content-type"] = ["application/x-www-form-urlencoded"];
    const token = given.token === undefined ? root : given.token;
    if (token !== null) headers["x-vault-token"] = [token];
    const response = await handle({
      method,
      path: target.startsWith("/") ? target : `/v1/${target}`,
      query,
      headers,
      body: bodyOf(given),
      sourceAddress: given.sourceAddress ?? "127.0.0.1",
      peerCertificates: given.peerCertificates === undefined ? undefined : as<PeerCertificates>(given.peerCertificates),
    });
    const text = Buffer.from(response.body).toString("utf8");
    const isJson = text.startsWith("{") || text.startsWith("[");
    const body = objectOf(isJson ? parseJson(text) : {});
    return { status: response.status, headers: response.headers, text, body, data: objectOf(body["data"]) };
  };

/** A fresh, initialized server. Close it with `dynamo.close()`. */
export const makeServer = async (options: MakeServerOptions = {}): Promise<TestServer> => {
  const clock = options.clock ?? createTestClock(Date.UTC(2030, 0, 1));
  const dynamo = createEmbeddedDynamo({ clock });
  const tableName = options.endpoint === undefined ? TABLE : `zeroth-${randomUUID()}`;
  const { endpoint } = options;
  const dynamodb =
    endpoint === undefined
      ? embeddedClient(dynamo)
      : new DynamoDBClient({ region: "us-east-1", credentials: CREDENTIALS, endpoint });
  const fake = createFakeKms();
  await defineTable(dynamodb, tableName);
  const table = observe(dynamodb, tableName);
  const auditLines: string[] = [];
  const logLines: string[] = [];
  const events: CoreEvent[] = [];
  const undeclared: Error[] = [];
  const server = buildServer({
    dynamodb: table.dynamodb,
    kms: fake.client,
    tableName,
    keyId: fake.keyId,
    epochCopies: 1,
    recentMs: options.recentMs,
    clock,
    random: systemRandom,
    rows:
      options.rows ??
      builtInRows({
        aws: () => ({ ...awsAdapters({ region: "us-east-1", clock }), region: "us-east-1" }),
        reach: NEARBY,
      }),
    auditSink: {
      write: async (line) => {
        auditLines.push(line);
      },
    },
    log: (message, fields) => {
      logLines.push(JSON.stringify({ message, ...fields }));
    },
    signal: (event) => {
      events.push(event);
    },
    observeReply: ({ backend, path, operation, op, reply }) => {
      try {
        checkAnswer({ where: `${backend.kind} ${backend.type}: ${operation} ${path.template}`, op, operation, reply });
      } catch (cause) {
        if (cause instanceof Error) undeclared.push(cause);
        throw cause;
      }
    },
    ...(options.address === undefined ? {} : { address: addressOf(options.address) }),
    ...options.audit,
    ...(options.attempt ? { attempt: options.attempt } : {}),
    ...(options.crash ? { crash: options.crash } : {}),
    ...(options.timer ? { timer: options.timer } : {}),
  });
  const root = (await initialize(server.core)).reveal();

  /** As the server answers, unless a handler answered what its path does not declare: that fails the test. */
  const handle: Server["handle"] = async (request) => {
    const response = await server.handle(request);
    const [fault] = undeclared.splice(0);
    if (fault) throw fault;
    return response;
  };

  const call = callsOf({ handle }, root);
  return { ...server, handle, clock, dynamo, dynamodb, table, kms: fake, root, auditLines, logLines, events, call };
};

/** Another environment on the same table and key, which remembers nothing. Nobody hears its log or audit. */
export const anotherEnvironment = (
  { kms, table, clock }: TestServer,
  rows: readonly CatalogRow[] = builtInRows({ aws: () => Promise.reject(new Error("nobody logs in here")) }),
  hosted?: ServerDependencies["hosted"],
): Server =>
  buildServer({
    dynamodb: table.dynamodb,
    kms: kms.client,
    tableName: table.tableName,
    keyId: kms.keyId,
    epochCopies: 1,
    clock,
    random: systemRandom,
    rows,
    hosted,
    auditSink: { write: async () => undefined },
    log: () => undefined,
  });
