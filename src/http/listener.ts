import { constants } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { HEADER_BYTES } from "../contract/limits.ts";
import { invalidRequest } from "../framework/errors.ts";
import { rewireVerbs } from "../std/verb-connection.ts";
import { sentMethod } from "../std/verbs.ts";
import { DEFAULT_LIMITS, type Limits, tooLarge } from "./decode.ts";
import { encodeError } from "./failure.ts";
import type { HttpHandler } from "./handler.ts";
import { type HttpRequest, type HttpResponse, percentDecode } from "./message.ts";
import { PeerConnection } from "./peer-connection.ts";
import { rawResponse, refusalOf } from "./refusal.ts";

/**
 * The local server: sockets in, sockets out. It decodes the target once, limits what a client may send and how long it
 * may take, and answers whatever comes in with a 4xx at worst. It must never be the way into a function on AWS.
 */

/** PEM texts. */
export interface ListenerTls {
  readonly key: string;
  readonly cert: string;
  /** Authorities named to clients, so that they know which certificate to show; whoever shows another is let in too. */
  readonly clientCa?: string | undefined;
}

export interface ListenerOptions {
  readonly handler: HttpHandler;
  readonly host?: string;
  /** 0: any free port. */
  readonly port?: number;
  readonly limits?: Limits;
  /** Absent: plain HTTP. */
  readonly tls?: ListenerTls | undefined;
  /** Milliseconds for a whole request, its head alone, and between two requests of one connection. */
  readonly timeouts?: { readonly request?: number; readonly head?: number; readonly idle?: number };
}

export interface Listener {
  readonly port: number;
  readonly url: string;
  /** Takes no more connections, lets running requests end for up to `graceMs`, then cuts them. */
  stop(graceMs?: number): Promise<void>;
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i;

const headersOf = (message: IncomingMessage): HttpRequest["headers"] => {
  const found = new Map<string, string[]>();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = (message.rawHeaders[i] ?? "").toLowerCase();
    const values = found.get(name) ?? [];
    values.push(message.rawHeaders[i + 1] ?? "");
    found.set(name, values);
  }
  return Object.fromEntries(found);
};

/** A parsed message as a request. Throws `invalid_request` for a target that cannot be decoded. */
const requestOf = (message: IncomingMessage, body: Uint8Array): HttpRequest => {
  const target = (message.url ?? "").replace(ABSOLUTE, "");
  const cut = target.indexOf("?");
  const path = percentDecode(cut < 0 ? target : target.slice(0, cut));
  if (path === undefined) throw invalidRequest("invalid URL escape in path");
  const connection = message.socket as Partial<Pick<PeerConnection, "remoteAddress" | "peerCertificates">>;
  return {
    method: sentMethod(message.method ?? ""),
    path: path === "" ? "/" : path,
    query: cut < 0 ? "" : target.slice(cut + 1),
    headers: headersOf(message),
    body,
    sourceAddress: connection.remoteAddress ?? "",
    peerCertificates: connection.peerCertificates,
  };
};

const announced = (message: IncomingMessage): number => Number(message.headers["content-length"] ?? 0);

/** The body, or `undefined` as soon as it is known to be too large. Rejects when the client goes away. */
const readBody = (message: IncomingMessage, most: number): Promise<Uint8Array | undefined> =>
  new Promise((resolve, reject) => {
    if (announced(message) > most) return resolve(undefined);
    const chunks: Buffer[] = [];
    let length = 0;
    message.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > most) resolve(undefined);
      else chunks.push(chunk);
    });
    message.on("end", () => resolve(Buffer.concat(chunks)));
    message.on("error", reject);
    message.on("close", () => reject(new Error("the client went away")));
  });

const send = (response: ServerResponse, answer: HttpResponse, close = false): void => {
  if (response.headersSent) return;
  const headers: Record<string, string> = { ...answer.headers };
  if (answer.status !== 204 && response.req.method !== "HEAD") headers["content-length"] = String(answer.body.length);
  if (close) headers["connection"] = "close";
  response.writeHead(answer.status, headers);
  response.end(answer.body);
};

/** How long a client that sent too much may keep sending before it is cut off; it must be able to read the answer. */
const DISCARD_MS = 1000;

const serve = async (
  handler: HttpHandler,
  limits: Limits,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  let body: Uint8Array | undefined;
  try {
    body = await readBody(message, limits.bodyBytes);
  } catch {
    response.destroy();
    return;
  }
  if (body === undefined) {
    send(response, encodeError(tooLarge(), ""), true);
    message.resume();
    setTimeout(() => message.socket.destroy(), DISCARD_MS).unref();
    return;
  }
  try {
    send(response, await handler(requestOf(message, body)));
  } catch (error) {
    send(response, encodeError(error, ""));
  }
};

const refuse = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(rawResponse(refusalOf(error.code)));
};

/**
 * Any client may connect, with any certificate or none: who may log in with it is the auth method's judgement.
 *
 * Security: TLS itself proves that the client has the key of what it shows. A resumed session would prove it by an older
 * handshake and lose the rest of the chain, and a renegotiation could change the certificate under a running request, so
 * there are neither.
 */
const tlsSettings = ({ key, cert, clientCa }: ListenerTls): TlsServerOptions => ({
  key,
  cert,
  ca: clientCa,
  requestCert: true,
  rejectUnauthorized: false,
  minVersion: "TLSv1.2",
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
});

/** Starts listening. Rejects when the address is taken. */
export const startListener = async (options: ListenerOptions): Promise<Listener> => {
  const { handler, host = "127.0.0.1", port = 0, limits = DEFAULT_LIMITS, tls, timeouts = {} } = options;
  const settings = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: timeouts.head ?? 10_000,
    requestTimeout: timeouts.request ?? 60_000,
    keepAliveTimeout: timeouts.idle ?? 5_000,
    connectionsCheckingInterval: Math.min(5_000, timeouts.head ?? 5_000),
  };
  const server: Server = tls ? createTlsServer({ ...settings, ...tlsSettings(tls) }) : createServer(settings);
  const take = (message: IncomingMessage, response: ServerResponse): void => {
    void serve(handler, limits, message, response);
  };
  server.on("request", take);
  server.on("checkContinue", (message: IncomingMessage, response: ServerResponse) => {
    if (announced(message) <= limits.bodyBytes) response.writeContinue();
    take(message, response);
  });
  server.on("checkExpectation", take);
  server.on("clientError", refuse);
  rewireVerbs(server, tls ? "secureConnection" : "connection", (socket) => new PeerConnection(socket));

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    stop: (graceMs = 5_000) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
};
