import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HEADER_BYTES } from "../../contract/limits.ts";
import { rewireVerbs } from "../../std/verb-connection.ts";
import type { Given } from "../proxy/index.ts";
import { failure } from "./answers.ts";
import { type Taken, takeRequest } from "./intake.ts";
import type { KeyPair } from "./key-pair.ts";

/** The HTTP server of one listener: limits, answers, and an end. What is answered is `routes.ts`'s business. */

export type Answerer = (taken: Taken, gone: AbortSignal) => Promise<Given>;

const HEAD_TIME = 10_000;
const REQUEST_TIME = 30_000;
const IDLE_TIME = 300_000;
/** For a client to take another piece of an answer. */
const WRITE_TIME = 60_000;
/** How long a client that sent too much may go on, so that it reads the answer before it is cut off. */
const DISCARD_TIME = 1000;
const MOST_CONNECTIONS = 1000;

/** As Go writes names, `X-Cache`: some who read them look at the case. */
const canonical = (name: string): string => name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());

const headersOf = ({ fields, body, kept }: Given, status: number, method: string): Record<string, string[]> => {
  const headers: Record<string, string[]> = {};
  for (const [name, values] of fields) headers[canonical(name)] = [...values];
  if (Buffer.isBuffer(body) && method !== "HEAD" && status !== 204 && status !== 304) {
    headers["Content-Length"] = [String(body.length)];
  }
  if (kept !== undefined) headers["Age"] = [String(kept.age)];
  return headers;
};

const send = async (response: ServerResponse, given: Given, close: boolean): Promise<void> => {
  const { body, status } = given;
  const headers = headersOf(given, status, response.req.method ?? "");
  if (close) headers["Connection"] = ["close"];
  response.setTimeout(WRITE_TIME, () => response.destroy());
  response.writeHead(status, headers);
  if (body instanceof Readable) await pipeline(body, response);
  else response.end(body);
};

const isRefused = (taken: Taken | Given): taken is Given => "status" in taken;

const serve = async (answer: Answerer, message: IncomingMessage, response: ServerResponse): Promise<void> => {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const taken = await takeRequest(message);
  if (isRefused(taken)) {
    await send(response, taken, true);
    message.resume();
    setTimeout(() => message.socket.destroy(), DISCARD_TIME).unref();
    return;
  }
  await send(response, await answer(taken, gone.signal), false);
};

/** What never became a request, because the parser refused it. */
const refusalOf = (code: string | undefined): Given => {
  switch (code) {
    case "HPE_INVALID_METHOD":
      return failure(405);
    case "HPE_HEADER_OVERFLOW":
      return failure(431, "request header fields too large");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return failure(408, "request took too long");
    default:
      return failure(400, "malformed HTTP request");
  }
};

const refuse = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = refusalOf(error.code);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nConnection: close\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.isBuffer(body) ? body.length : 0}\r\n\r\n${body}`);
};

/** A server that does not listen yet. */
export const makeServer = (answer: Answerer, tls: KeyPair | undefined): Server => {
  const settings = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: HEAD_TIME,
    requestTimeout: REQUEST_TIME,
    keepAliveTimeout: IDLE_TIME,
    connectionsCheckingInterval: 5000,
  };
  const asked = tls?.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  const server: Server = tls ? createTlsServer({ ...settings, ...tls, ...asked }) : createServer(settings);
  server.maxConnections = MOST_CONNECTIONS;
  const take = (message: IncomingMessage, response: ServerResponse): void => {
    // Whatever goes wrong here, there is nobody left to tell.
    serve(answer, message, response).catch(() => response.destroy());
  };
  server.on("request", take);
  server.on("checkContinue", (message: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    take(message, response);
  });
  server.on("checkExpectation", take);
  server.on("connect", (_message: IncomingMessage, socket: Duplex) => socket.end(CONNECT_REFUSED));
  server.on("clientError", refuse);
  rewireVerbs(server, tls ? "secureConnection" : "connection");
  return server;
};

const CONNECT_REFUSED = "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/** Takes no more connections, lets running requests end for a while, then cuts them. */
export const endServer = (server: Server, grace: number): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), grace);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
