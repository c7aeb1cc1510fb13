import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { isJsonObject, type JsonObject, parseJson } from "../../../src/std/json.ts";
import { textAt } from "../world.ts";
import type { Peer } from "./servers.ts";

/** The same requests for both products, over connections that stay open. */

export interface Speaker {
  /** Throws for a status above 299. */
  send(method: string, path: string, body?: object, token?: string): Promise<JsonObject>;
  close(): void;
}

export const speakTo = ({ name, address, token: root }: Peer, connections: number): Speaker => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const exchange = (method: string, path: string, body: string | undefined, token: string) =>
    new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const options = { method, agent, headers: { "x-vault-token": token } };
      const sent = request(`${address}/v1/${path}`, options, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), reject);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  const send: Speaker["send"] = async (method, path, body, token = root) => {
    const { status, text } = await exchange(method, path, body && JSON.stringify(body), token);
    if (status > 299) throw new Error(`${name}: ${method} ${path} answered ${status}: ${text}`);
    const value = text === "" ? {} : parseJson(text);
    return isJsonObject(value) ? value : {};
  };
  return { send, close: () => agent.destroy() };
};

export interface Shared {
  readonly name: string;
  /** `round` never comes twice. */
  readonly run: (round: number) => Promise<unknown>;
}

const POLICY = `
path "secret/*" { capabilities = ["create", "read", "update", "list"] }
path "auth/token/create" { capabilities = ["create", "update"] }`;

/** A secret of about one kilobyte. */
const SECRET = { data: { password: "p".repeat(950) } };
const NAMES = 20;

const TRIES = 50;
const PAUSE_MS = 100;

/** OpenBao refuses the first writes to a new mount while it prepares it. */
const untilTaken = async (write: () => Promise<unknown>): Promise<void> => {
  for (let left = TRIES; ; left--) {
    try {
      await write();
      return;
    } catch (cause) {
      if (left === 0) throw cause;
      await pause(PAUSE_MS);
    }
  }
};

/** Mounts, secrets and a role; answers what is measured, by a token whose policy decides. */
export const furnish = async ({ send }: Speaker): Promise<readonly Shared[]> => {
  const mounts = await send("GET", "sys/mounts");
  if (!("secret/" in mounts)) await send("POST", "sys/mounts/secret", { type: "kv", options: { version: "2" } });
  await send("POST", "sys/policies/acl/app", { policy: POLICY });
  await untilTaken(() => send("POST", "secret/data/app/0", SECRET));
  for (let at = 0; at < NAMES; at++) await send("POST", `secret/data/app/${at}`, SECRET);
  await send("POST", "sys/auth/approle", { type: "approle" });
  await send("POST", "auth/approle/role/app", { token_policies: "app", token_ttl: "1h" });
  const roleId = textAt(await send("GET", "auth/approle/role/app/role-id"), "data", "role_id");
  const secretId = textAt(await send("POST", "auth/approle/role/app/secret-id", {}), "data", "secret_id");
  const login = { role_id: roleId, secret_id: secretId };
  const token = textAt(await send("POST", "auth/approle/login", login, ""), "auth", "client_token");
  const as = (method: string, path: string, body?: object) => send(method, path, body, token);
  return [
    { name: "KV read, 1 KB", run: (round) => as("GET", `secret/data/app/${round % NAMES}`) },
    { name: "KV write, 1 KB", run: (round) => as("POST", `secret/data/app/${round % NAMES}`, SECRET) },
    { name: `KV list of ${NAMES}`, run: () => as("GET", "secret/metadata/app?list=true") },
    { name: "token look-up", run: () => as("GET", "auth/token/lookup-self") },
    { name: "token create", run: () => as("POST", "auth/token/create", { ttl: "10m" }) },
    { name: "AppRole login", run: () => send("POST", "auth/approle/login", login, "") },
  ];
};
