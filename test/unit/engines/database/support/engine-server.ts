import { builtInRows } from "../../../../../src/catalog.ts";
import { databaseParts } from "../../../../../src/engines/database/backend.ts";
import type { CrashPoint } from "../../../../../src/framework/index.ts";
import { NEARBY, type Reach } from "../../../../../src/outgoing/index.ts";
import { type Answered, makeServer, type TestServer } from "../../../../support/make-server.ts";

/** The whole product with a database engine mounted at `db/`. */
export interface EngineServer extends TestServer {
  /** POST, held to its status. */
  post(path: string, body?: unknown, status?: number): Promise<Answered>;
  /** Issues credentials of a role. */
  creds(role: string): Promise<{ readonly username: string; readonly password: string; readonly lease: string }>;
  revoke(lease: string): Promise<Answered>;
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly crash?: CrashPoint;
  readonly reach?: Reach;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

export const makeEngineServer = async (options: EngineOptions = {}): Promise<EngineServer> => {
  const parts = databaseParts(options.reach ?? NEARBY);
  const server = await makeServer({
    rows: builtInRows({ aws: () => Promise.reject(new Error("there is no AWS here")), database: () => parts }),
    ...(options.crash ? { crash: options.crash } : {}),
  });
  const post = async (path: string, body: unknown = {}, status = 204): Promise<Answered> => {
    const answered = await server.call("POST", path, { body });
    if (answered.status !== status) throw new Error(`POST ${path}: ${answered.status} ${answered.text}`);
    return answered;
  };
  await post("sys/mounts/db", { type: "database" });
  const sweep = async (): Promise<void> => {
    await server.core.leases.sweep(server.clock.now() + 60_000);
  };
  // From here on the sweeper knows where it was.
  await sweep();
  return {
    ...server,
    post,
    creds: async (role) => {
      const answered = await server.call("GET", `db/creds/${role}`);
      if (answered.status !== 200) throw new Error(`creds: ${answered.status} ${answered.text}`);
      const { username, password } = answered.data;
      return { username: text(username), password: text(password), lease: text(answered.body["lease_id"]) };
    },
    revoke: (lease) => server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } }),
    sweep,
    close: async () => {
      await parts.databases.close();
      await server.dynamo.close();
    },
  };
};
