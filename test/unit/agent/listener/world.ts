import { createServer, type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach } from "@jest/globals";
import type { AgentConfig, ListenerConfig } from "../../../../src/agent/config/model.ts";
import { startListeners } from "../../../../src/agent/listener/index.ts";
import { createClient } from "../../../../src/client/index.ts";
import { rewireVerbs } from "../../../../src/std/verb-connection.ts";
import { sentMethod } from "../../../../src/std/verbs.ts";
import { onLoopback } from "../../../support/loopback.ts";
import { agentConfig } from "../support/config.ts";
import { createTokens, createWorld } from "../support/world.ts";

/** Listeners in front of a server that answers from a script, with a time that moves when it is told to. */

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** An object is sent as JSON. */
  readonly body?: unknown;
}

/** `undefined`: the connection is cut without an answer. */
export type Script = (seen: Seen, number: number) => Scripted | undefined | Promise<Scripted | undefined>;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** As JSON; empty where it is none. */
  readonly json: Told;
}

/** What tests look at of an answer. */
export interface Told {
  readonly errors?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly auth?: Readonly<Record<string, unknown>> | null;
  readonly lease_id?: string;
  readonly Timestamp?: string;
  readonly Counters?: readonly unknown[];
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly socketPath?: string;
}

export const authOf = (token: string, members: Record<string, unknown> = {}): Record<string, unknown> => ({
  client_token: token,
  accessor: `accessor-of-${token}`,
  policies: ["default"],
  token_policies: ["default"],
  metadata: null,
  lease_duration: 3600,
  renewable: true,
  entity_id: "",
  token_type: "service",
  orphan: true,
  num_uses: 0,
  ...members,
});

export const listenerConfig = (members: Partial<ListenerConfig> = {}): ListenerConfig => ({
  type: "tcp",
  address: "127.0.0.1:0",
  requireRequestHeader: false,
  role: "default",
  enableQuit: false,
  socket: {},
  ...members,
});

/** All that a listener does not look at is as if it were not written. */
export const configOf = (address: string, config: Partial<AgentConfig>, retries = 0): AgentConfig =>
  agentConfig({ vault: { address, tls: {}, retries }, listeners: [listenerConfig()], ...config });

export const ask = (address: string, path: string, { method = "GET", headers = {}, body, socketPath }: Ask = {}) =>
  new Promise<Reply>((resolve, reject) => {
    const sent = request(
      `${address}/`,
      {
        method,
        path,
        agent: false,
        headers: {
          ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
          ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value as string])),
        },
        ...(socketPath === undefined ? {} : { socketPath }),
      },
      (response) => {
        text(response).then((got) => {
          let json: Told = {};
          try {
            json = JSON.parse(got);
          } catch {
            // Not every answer is JSON.
          }
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: got, json });
        }, reject);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });

/** What comes back for bytes that may be no HTTP at all. */
export const askRaw = (address: string, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port, hostname } = new URL(address);
    const socket = connect(Number(port), hostname);
    let got = "";
    // A half-closed connection is one whose sender has gone; so it stays open until nothing more comes.
    let quiet: NodeJS.Timeout | undefined;
    const hear = (): void => {
      clearTimeout(quiet);
      quiet = setTimeout(() => socket.destroy(), 200);
    };
    socket.on("data", (chunk) => {
      got += chunk.toString("latin1");
      hear();
    });
    socket.on("close", () => resolve(got));
    socket.on("error", reject);
    socket.write(bytes, "latin1");
  });

const world = async (script: Script, config: Partial<AgentConfig> = {}, token?: string, retries = 0) => {
  const seen: Seen[] = [];
  const server = createServer(async (incoming, response) => {
    const one = {
      method: sentMethod(incoming.method ?? ""),
      url: incoming.url ?? "",
      headers: incoming.headers,
      body: await text(incoming),
    };
    seen.push(one);
    const scripted = await script(one, seen.length);
    if (scripted === undefined) {
      response.destroy();
      return;
    }
    const { status = 200, headers = {}, body } = scripted;
    const isText = typeof body === "string" || body === undefined;
    response.writeHead(status, {
      ...(isText ? {} : { "content-type": "application/json" }),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value as string])),
    });
    response.end(isText ? body : JSON.stringify(body));
  });
  rewireVerbs(server, "connection");
  const upstream = await onLoopback(server);
  const around = createWorld();
  const tokens = createTokens();
  if (token !== undefined) tokens.give(token);
  const address = `http://127.0.0.1:${upstream.port}`;
  const client = createClient({ address, retry: { retries: 0, minWait: 0, maxWait: 0 } });
  const starting = startListeners({
    config: configOf(address, config, retries),
    client,
    tokens,
    surroundings: around.surroundings,
  });
  const listeners = await starting.catch(async (cause: unknown) => {
    await upstream.close();
    throw cause;
  });
  const [first = ""] = listeners.addresses;
  let isDown = false;
  const down = async (): Promise<void> => {
    if (!isDown) await upstream.close();
    isDown = true;
  };
  return {
    address: first,
    seen,
    around,
    tokens,
    listeners,
    server: address,
    /** Only what clients asked for: without renewals and look-ups of the agent's own. */
    asked: () => seen.filter(({ headers }) => headers["user-agent"]?.includes("API Proxy")),
    ask: (path: string, how?: Ask) => ask(first, path, how),
    raw: (bytes: string) => askRaw(first, bytes),
    /** The server is gone from now on. */
    down,
    close: async () => {
      await listeners.stop();
      client.close();
      await down();
    },
  };
};

export type World = Awaited<ReturnType<typeof world>>;

/** For a test file: opens worlds, and closes them after each test. */
export const opensWorlds = (): ((...given: Parameters<typeof world>) => Promise<World>) => {
  const opened: World[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  return async (...given) => {
    const made = await world(...given);
    opened.push(made);
    return made;
  };
};
