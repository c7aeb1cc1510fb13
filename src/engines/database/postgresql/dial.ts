import { Socket } from "node:net";
import { AddressRefused, type Dial, NoConnection, nextEvent, secureSocket } from "../../../outgoing/index.ts";
import type { LoginToken } from "../sql/iam.ts";
import type { Host } from "../sql/target.ts";
import type { PostgresSettings } from "./settings.ts";
import type { Tls } from "./tls.ts";

/**
 * Sockets to the database, ready for PostgreSQL's first message. Made here and not by the driver, because the driver
 * dials whatever address a name has at that moment, holds a certificate to `localhost` where the address is a number,
 * and dials a server that hangs up again and again without a pause.
 * Source: PostgreSQL documentation, "Message Flow", SSL Session Encryption.
 */

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const YES = 83;
const NO = 78;
/** `ReadyForQuery` without its last byte; a server sends it once the login is done, and then waits. */
const READY = Buffer.from([90, 0, 0, 0, 5]);

const secure = async (socket: Socket, { name }: Host, tls: Tls, limitMs: number): Promise<Socket> => {
  socket.write(SSL_REQUEST);
  const answer = await nextEvent<Buffer>(socket, "data", limitMs);
  // Exactly one byte: more would have been slipped in before the encryption.
  if (tls.orPlain && answer.length === 1 && answer[0] === NO) return socket;
  if (answer.length !== 1 || answer[0] !== YES) throw new NoConnection("the server does not speak TLS");
  return secureSocket(socket, name, tls, limitMs);
};

const open = async (dial: Dial, host: Host, tls: false | Tls, limitMs: number): Promise<Socket> => {
  const socket = await dial({ host: host.name, port: host.port }, limitMs);
  try {
    return tls === false ? socket : await secure(socket, host, tls, limitMs);
  } catch (cause) {
    socket.on("error", () => undefined).destroy();
    throw cause;
  }
};

const openAny = async (settings: PostgresSettings, dial: Dial): Promise<Socket> => {
  let last: unknown = new NoConnection("no host is named");
  for (const host of settings.target.hosts) {
    try {
      return await open(dial, host, settings.tls, settings.connectSeconds * 1000);
    } catch (cause) {
      if (cause instanceof AddressRefused) throw cause;
      last = cause;
    }
  }
  throw last;
};

/** A socket that fails as soon as somebody listens: the driver forgets a connection whose socket was never made. */
const failedSocket = (cause: unknown): Socket => {
  const socket = new Socket();
  setImmediate(() => socket.destroy(cause instanceof Error ? cause : new NoConnection("no connection")));
  return socket;
};

/** Calls back when the socket closes before the server was ready for a query. */
const watch = (socket: Socket, closedEarly: () => void): Socket => {
  let tail = Buffer.alloc(0);
  const closed = (): void => closedEarly();
  const look = (chunk: Buffer): void => {
    tail = Buffer.concat([tail, chunk.subarray(-6)]).subarray(-6);
    if (tail.length === 6 && tail.subarray(0, 5).equals(READY))
      socket.removeListener("data", look).removeListener("close", closed);
  };
  return socket.on("data", look).once("close", closed);
};

export interface Dialer {
  /** Dials the hosts in their order, the next when one does not answer; the socket made fails as the last one did. */
  readonly socket: () => Promise<Socket>;
  /** What the connection that was dialled last logs in with. */
  readonly password: () => string;
  /** A piece of work starts: it may dial again, though the one before it was hung up on. */
  readonly begin: () => void;
}

/** The driver redials at once when a server hangs up before it is ready. Here that fails: one dial for one work. */
export const dialer = (settings: PostgresSettings, dial: Dial, token: LoginToken): Dialer => {
  let { password } = settings.target;
  let work = 0;
  let hungUpIn = -1;
  const closedEarly = (): void => {
    hungUpIn = work;
  };
  return {
    password: () => password,
    begin: () => {
      work += 1;
    },
    socket: async () => {
      if (hungUpIn === work) return failedSocket(new NoConnection("the server closed the connection"));
      try {
        // A token of its own for each connection: it may be made long after the last one.
        if (settings.iam) password = await token(settings.iam);
        return watch(await openAny(settings, dial), closedEarly);
      } catch (cause) {
        return failedSocket(cause);
      }
    },
  };
};
