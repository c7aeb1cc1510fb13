import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "@jest/globals";
import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";

/** A real Redis for one test file, with checked passwords: Debian's `redis-server`, in a temporary folder. */

export const REDIS_ADMIN = { username: "vaultadmin", password: "adminpw" } as const;

const HOST = "127.0.0.1";
const here = spawnSync("redis-server", ["--version"]).status === 0;

/** `describe`, or a skip that says what is missing. */
export const describeRedis = (name: string, tests: () => void): void =>
  here ? describe(name, tests) : describe.skip(`${name} (skipped: there is no redis-server on this machine)`, tests);

export interface TestRedis {
  readonly host: string;
  readonly port: number;
  /** 0 without a certificate. */
  readonly tlsPort: number;
  /** As the server's own user. */
  call(command: string, ...args: readonly string[]): Promise<unknown>;
  logsIn(username: string, password: string): Promise<boolean>;
  /** Everybody the server knows, but for its own user. */
  users(): Promise<readonly string[]>;
  /** Stops the server and starts it from what it wrote down. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** The rights of `REDIS_ADMIN`. */
  readonly admin?: string;
  /** Where the server keeps its users: in a file of their own, or in its configuration. */
  readonly users?: "aclfile" | "configuration";
  readonly certificate?: { readonly cert: string; readonly key: string };
}

const ready = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = "";
    server.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Ready to accept connections")) resolve();
    });
    server.once("exit", () => reject(new Error(`redis-server ended: ${said}`)));
  });

const client = (port: number, username: string, password: string): Redis => {
  const made = new Redis({
    host: HOST,
    port,
    username,
    password,
    protocol: 2,
    disableClientInfo: true,
    retryStrategy: () => null,
    enableReadyCheck: false,
    lazyConnect: true,
  });
  made.on("error", () => undefined);
  return made;
};

/** Takes a fraction of a second. Stop it in `afterAll`: the process does not end with the test. */
export const startRedis = async (options: RedisOptions = {}): Promise<TestRedis> => {
  const folder = await mkdtemp(join(tmpdir(), "zeroth-redis-"));
  const port = await freePort(HOST);
  const tlsPort = options.certificate ? await freePort(HOST) : 0;
  const users = [
    "user default on >own ~* &* +@all",
    `user ${REDIS_ADMIN.username} on >${REDIS_ADMIN.password} ${options.admin ?? "~* &* +@all"}`,
  ];
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const aclFile = options.users === "aclfile" ? await file("users.acl", `${users.join("\n")}\n`) : undefined;
  const tls = options.certificate
    ? [
        `tls-port ${tlsPort}`,
        `tls-cert-file ${await file("cert.pem", options.certificate.cert)}`,
        `tls-key-file ${await file("key.pem", options.certificate.key)}`,
        `tls-ca-cert-file ${join(folder, "cert.pem")}`,
        "tls-auth-clients no",
      ]
    : [];
  const lines = [`port ${port}`, `bind ${HOST}`, 'save ""', `dir ${folder}`, "protected-mode no", ...tls];
  const configuration = await file(
    "redis.conf",
    [...lines, ...(aclFile ? [`aclfile ${aclFile}`] : users), ""].join("\n"),
  );
  const start = async (): Promise<ChildProcess> => {
    const started = spawn("redis-server", [configuration], { stdio: ["ignore", "pipe", "ignore"] });
    await ready(started);
    return started;
  };
  const end = async (running: ChildProcess): Promise<void> => {
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await ended;
  };
  let server = await start();
  let own = client(port, "default", "own");
  return {
    host: HOST,
    port,
    tlsPort,
    call: (command, ...args) => own.call(command, ...args),
    logsIn: async (username, password) => {
      const tried = client(port, username, password);
      try {
        await tried.connect();
        await tried.call("AUTH", username, password);
        return true;
      } catch {
        return false;
      } finally {
        tried.disconnect();
      }
    },
    users: async () => {
      const names = await own.call("ACL", "USERS");
      return Array.isArray(names) ? names.map(String).filter((name) => name !== "default") : [];
    },
    restart: async () => {
      own.disconnect();
      await end(server);
      server = await start();
      own = client(port, "default", "own");
    },
    stop: async () => {
      own.disconnect();
      await end(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
