import { connect as connectTcp, isIP, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { DatabaseFailure } from "../failure.ts";
import { failureOf } from "./errors.ts";
import type { PostgresSettings, Tls } from "./settings.ts";
import type { Host } from "./url.ts";

/**
 * Sockets to the database, ready for PostgreSQL's first message. Made here and not by the driver, because the driver
 * holds a certificate to `localhost` where the address is a number, takes "no TLS here" for an answer in some modes,
 * and dials a server that hangs up again and again without a pause.
 * Source: PostgreSQL documentation, "Message Flow", SSL Session Encryption.
 */

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const YES = 83;
const PAUSE_MS = 1000;

const unreachable = (why: string): DatabaseFailure => new DatabaseFailure("unreachable", why);

/** The event, or the socket's end, error or silence, whichever is first. */
const until = <T>(socket: Socket, event: string, limitMs: number): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const done = (settle: () => void): void => {
      socket.removeListener(event, succeed).removeListener("error", fail).removeListener("close", closed);
      clearTimeout(timer);
      settle();
    };
    const succeed = (value: T): void => done(() => resolve(value));
    const fail = (cause: unknown): void => done(() => reject(cause));
    const closed = (): void => done(() => reject(unreachable("the server closed the connection")));
    const timer = setTimeout(() => done(() => reject(unreachable("timed out"))), limitMs);
    socket.once(event, succeed).once("error", fail).once("close", closed);
  });

const secure = async (socket: Socket, { name }: Host, tls: Tls, limitMs: number): Promise<Socket> => {
  socket.write(SSL_REQUEST);
  const answer = await until<Buffer>(socket, "data", limitMs);
  // Exactly one byte: more would have been slipped in before the encryption.
  if (answer.length !== 1 || answer[0] !== YES) throw unreachable("the server does not speak TLS; see sslmode");
  const secured = connectTls({
    socket,
    host: name,
    rejectUnauthorized: true,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.ca === "" ? {} : { ca: tls.ca }),
    ...(tls.certificate === "" ? {} : { cert: tls.certificate, key: tls.key }),
    ...(tls.hostname ? {} : { checkServerIdentity: () => undefined }),
  });
  await until(secured, "secureConnect", limitMs);
  return secured;
};

const dial = async (host: Host, tls: false | Tls, limitMs: number): Promise<Socket> => {
  const socket = connectTcp({ host: host.name, port: host.port });
  try {
    await until(socket, "connect", limitMs);
    return tls === false ? socket : await secure(socket, host, tls, limitMs);
  } catch (cause) {
    socket.on("error", () => undefined).destroy();
    throw cause;
  }
};

const dialAny = async (settings: PostgresSettings): Promise<Socket> => {
  let last: unknown = unreachable("no host is named");
  for (const host of settings.target.hosts) {
    try {
      return await dial(host, settings.tls, settings.connectSeconds * 1000);
    } catch (cause) {
      last = cause;
    }
  }
  throw last;
};

/** A socket that fails as soon as somebody listens: the driver forgets a connection whose socket was never made. */
const doomed = (cause: unknown): Socket => {
  const socket = new Socket();
  setImmediate(() => socket.destroy(failureOf(cause)));
  return socket;
};

/** Dials the hosts in their order, the next when one does not answer; the socket made fails as the last one did. */
export const dialer = (settings: PostgresSettings): (() => Promise<Socket>) => {
  const dials: number[] = [];
  return async () => {
    const now = performance.now();
    while (dials[0] !== undefined && dials[0] < now - PAUSE_MS) dials.shift();
    if (dials.length > 2 * settings.connections) return doomed(unreachable("the server closes its connections"));
    dials.push(now);
    return dialAny(settings).catch(doomed);
  };
};
