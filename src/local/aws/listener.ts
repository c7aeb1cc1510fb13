/** The doubles on a socket: plain HTTP/1.1, for SDKs with an endpoint override. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { WireReply, WireRequest } from "./wire.ts";

const MOST_BYTES = 16 * 1024 * 1024;
// What a signature covers must not depend on which copy of a header Node keeps.
const ONCE = ["host", "authorization", "content-type", "x-amz-date", "x-amz-target", "x-amz-security-token"];

const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const repeated = (request: IncomingMessage): boolean => {
  const names = request.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  return ONCE.some((name) => names.filter((one) => one === name).length > 1);
};

const toWire = (request: IncomingMessage, body: Buffer): WireRequest => {
  const url = request.url ?? "/";
  const at = url.indexOf("?");
  const headers = Object.entries(request.headersDistinct).map(([name, values]) => [name, (values ?? []).join(",")]);
  return {
    method: request.method ?? "GET",
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? "" : url.slice(at + 1),
    headers: Object.fromEntries(headers),
    body,
  };
};

const serve = async (
  answer: (request: WireRequest) => Promise<WireReply>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const body = repeated(request) ? undefined : await readBody(request);
  if (!body) {
    response.writeHead(400, { connection: "close" }).end();
    return;
  }
  const reply = await answer(toWire(request, body));
  response.writeHead(reply.status, { ...reply.headers, "content-length": String(reply.body.length) });
  response.end(reply.body);
};

/**
 * Listens; port 0 picks a free one. `url` has no trailing slash. `close` ends open connections too. Throws what
 * `listen` fails with (`EADDRINUSE`).
 */
export const listen = async (
  answer: (request: WireRequest) => Promise<WireReply>,
  options: { readonly host: string; readonly port: number },
): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    serve(answer, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : options.port;
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
};
