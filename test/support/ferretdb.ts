import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "@jest/globals";
import { MongoClient } from "mongodb";
import { FERRETDB } from "./ferretdb-path.ts";
import { freePort } from "./free-port.ts";

/** A real FerretDB for one test file, in a temporary folder, with checked passwords. It knows users, but no roles. */

export const FERRET_ADMIN = { username: "vaultadmin", password: "adminpw" } as const;

const HOST = "127.0.0.1";

/** `describe`, or a skip that says what is missing. */
export const describeFerretdb = (name: string, tests: () => void): void =>
  existsSync(FERRETDB)
    ? describe(name, tests)
    : describe.skip(`${name} (skipped: FerretDB is not built; npx tsx scripts/ferretdb.ts)`, tests);

export interface TestFerretdb {
  /** What an operator writes into `connection_url`. */
  readonly url: string;
  add(username: string, password: string): Promise<void>;
  logsIn(username: string, password: string): Promise<boolean>;
  stop(): Promise<void>;
}

const client = (port: number, username: string, password: string): MongoClient =>
  new MongoClient(`mongodb://${HOST}:${port}/`, {
    auth: { username, password },
    directConnection: true,
    serverSelectionTimeoutMS: 60_000,
  });

/** Takes about a second. Stop it in `afterAll`: the process does not end with the test. */
export const startFerretdb = async (): Promise<TestFerretdb> => {
  const folder = await mkdtemp(join(tmpdir(), "zeroth-ferretdb-"));
  await mkdir(join(folder, "data"));
  const port = await freePort(HOST);
  const server = spawn(
    FERRETDB,
    [
      "--handler=sqlite",
      `--sqlite-url=file:${folder}/data/`,
      `--state-dir=${folder}`,
      `--listen-addr=${HOST}:${port}`,
      "--debug-addr=-",
      "--telemetry=disable",
      "--test-enable-new-auth",
      "--setup-database=admin",
      `--setup-username=${FERRET_ADMIN.username}`,
      `--setup-password=${FERRET_ADMIN.password}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  await new Promise<void>((resolve, reject) => {
    let said = "";
    server.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Listening on TCP")) resolve();
    });
    server.once("exit", () => reject(new Error(`ferretdb ended: ${said}`)));
  });
  const own = client(port, FERRET_ADMIN.username, FERRET_ADMIN.password);
  return {
    url: `mongodb://{{username}}:{{password}}@${HOST}:${port}/admin`,
    add: async (username, password) => {
      await own.db("admin").command({ createUser: username, pwd: password, roles: [] });
    },
    logsIn: async (username, password) => {
      const tried = client(port, username, password);
      try {
        await tried.connect();
        return true;
      } catch {
        return false;
      } finally {
        await tried.close();
      }
    },
    stop: async () => {
      await own.close();
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
