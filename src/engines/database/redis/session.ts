import type { Socket } from "node:net";
import type { AbstractConnector, Redis } from "ioredis";
import { type Dial, secureSocket } from "../../../outgoing/index.ts";
import type { Clock } from "../../../std/time.ts";
import { within } from "../deadline.ts";
import { advised } from "../failure.ts";
import { failureOf } from "./errors.ts";
import type { RedisSettings } from "./settings.ts";

/**
 * ioredis behind a few calls: it gets sockets that were dialled and secured here, logs in once, never dials by itself
 * and never sends a command twice. One piece of work has a connection for itself, because `WATCH` and `MULTI` are the
 * connection's state; after any failure the connection is not used again.
 */

export interface Session {
  call(command: string, ...args: readonly string[]): Promise<unknown>;
}

export interface Pool {
  /** Runs work on a connection of its own, with a deadline. Throws `DatabaseFailure`. */
  run<T>(limitMs: number, work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const CONNECT_MS = 5000;
const IDLE_MS = 10_000;

const dialled = async ({ host, port, tls }: RedisSettings, dial: Dial): Promise<Socket> => {
  const socket = await dial({ host, port }, CONNECT_MS);
  try {
    return tls === false ? socket : await secureSocket(socket, host, tls, CONNECT_MS);
  } catch (cause) {
    socket.on("error", () => undefined).destroy();
    throw cause;
  }
};

/** A way to connect that hands out one socket, once. */
const handing = (Base: typeof AbstractConnector, socket: Socket) =>
  class extends Base {
    constructor() {
      super(0);
    }
    override async connect(): Promise<Socket> {
      this.stream = socket;
      return socket;
    }
  };

const open = async (settings: RedisSettings, dial: Dial): Promise<Redis> => {
  const ioredis = await import("ioredis");
  const socket = await dialled(settings, dial);
  const client = new ioredis.Redis({
    Connector: handing(ioredis.AbstractConnector, socket),
    lazyConnect: true,
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => null,
    reconnectOnError: null,
    connectTimeout: CONNECT_MS,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    // Not left to the driver: it prints a warning where a server checks no password.
    await client.call("AUTH", settings.username, settings.password);
    return client;
  } catch (cause) {
    client.disconnect();
    socket.destroy();
    throw cause;
  }
};

export const createPool = (settings: RedisSettings, dial: Dial, clock: Clock): Pool => {
  const idle: { readonly client: Redis; readonly since: number }[] = [];
  let closed = false;

  /** The youngest connection that rests. A frozen process loses its sockets without hearing of it, so old ones go. */
  const rested = (): Redis | undefined => {
    for (let next = idle.pop(); next; next = idle.pop()) {
      if (next.client.status === "ready" && clock.now() - next.since < IDLE_MS) return next.client;
      next.client.disconnect();
    }
    return undefined;
  };

  const rest = (client: Redis): void => {
    if (closed) client.disconnect();
    else idle.push({ client, since: clock.now() });
  };

  const connect = async (): Promise<Redis> => {
    const opening = open(settings, dial);
    // One that comes too late is nobody's.
    let late = false;
    opening.then(
      (client) => late && client.disconnect(),
      () => undefined,
    );
    try {
      return await within(CONNECT_MS, opening, { kind: "unreachable" });
    } catch (cause) {
      late = true;
      throw failureOf(cause, "unreachable");
    }
  };

  return {
    run: async (limitMs, work) => {
      let client: Redis | undefined;
      try {
        const used = rested() ?? (await connect());
        client = used;
        const result = await within(limitMs, work({ call: (name, ...args) => used.call(name, ...args) }));
        rest(used);
        return result;
      } catch (cause) {
        client?.disconnect();
        throw advised(failureOf(cause, "unknown"), settings.advice);
      }
    },
    close: async () => {
      closed = true;
      for (const { client } of idle.splice(0)) client.disconnect();
    },
  };
};
