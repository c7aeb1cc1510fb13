import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { isJsonObject, type JsonObject, parseJson } from "../../src/std/json.ts";

/** OpenBao's own program, where the environment names it (`BENCH_OPENBAO=/path/to/bao`): a server in its memory. */

export interface OpenBao {
  /** A write with the root token; throws for a status above 299. */
  post(path: string, body: object): Promise<JsonObject>;
  /** A read with the root token; throws for a status above 299. */
  get(path: string): Promise<JsonObject>;
  stop(): void;
}

const TOKEN = "root";
const TRIES = 100;
const PAUSE_MS = 100;

export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
};

const answers = async (address: string, child: ChildProcess): Promise<void> => {
  for (let left = TRIES; left > 0; left--) {
    if (child.exitCode !== null) throw new Error("OpenBao's program ended");
    const response = await fetch(`${address}/v1/sys/health`).catch(() => undefined);
    if (response?.ok) return;
    await pause(PAUSE_MS);
  }
  throw new Error("OpenBao's program does not answer");
};

/** Writes and reads at the server of an address, by a token. `name`: what errors call it. */
export const speakerAt = (name: string, address: string, token: string): Pick<OpenBao, "post" | "get"> => {
  const ask = async (path: string, request: RequestInit): Promise<JsonObject> => {
    const response = await fetch(`${address}/v1/${path}`, { ...request, headers: { "x-vault-token": token } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${name} answered ${response.status}: ${text}`);
    const answer = text === "" ? {} : parseJson(text);
    return isJsonObject(answer) ? answer : {};
  };
  return {
    post: (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) }),
    get: (path) => ask(path, {}),
  };
};

/** `undefined`: the environment names no program. */
export const startOpenBao = async (): Promise<OpenBao | undefined> => {
  const program = process.env["BENCH_OPENBAO"];
  return program === undefined || program === "" ? undefined : runOpenBao(program);
};

/** A server of its own by this program. */
export const runOpenBao = async (program: string): Promise<OpenBao> => {
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    program,
    ["server", "-dev", "-dev-no-store-token", `-dev-root-token-id=${TOKEN}`, `-dev-listen-address=${listen}`],
    { stdio: "ignore" },
  );
  const stop = () => void child.kill();
  try {
    await answers(`http://${listen}`, child);
  } catch (cause) {
    stop();
    throw cause;
  }
  return { ...speakerAt("OpenBao", `http://${listen}`, TOKEN), stop };
};
