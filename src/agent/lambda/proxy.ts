import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { Client, RawAnswer, Token } from "../../client/contract.ts";
import { rewireVerbs } from "../../std/verb-connection.ts";
import { sentMethod } from "../../std/verbs.ts";
import { AgentError, type Surroundings } from "../contract.ts";
import { type AnswerCache, cacheKey, cacheUse, createAnswerCache, type KeptAnswer } from "./answer-cache.ts";
import type { Session } from "./session.ts";
import type { ExtensionSettings } from "./settings.ts";

/**
 * The function's own door to the server: HTTP on 127.0.0.1, to which the extension adds its token. Whatever runs in the
 * function's environment may use it; the function's role is what it is trusted with, no more.
 */

export interface LocalProxy {
  readonly port: number;
  /** Ends it; requests under way are cut off. */
  close(): Promise<void>;
}

export interface ProxyParts {
  readonly settings: Pick<ExtensionSettings, "port" | "cache" | "requireRequestHeader" | "namespace">;
  readonly client: Client;
  readonly session: Session;
  readonly surroundings: Pick<Surroundings, "clock" | "log">;
}

/** As much as the server takes. */
const MOST_BYTES = 32 * 1024 * 1024;

class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const readAll = async (stream: Readable): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > MOST_BYTES) throw new Refusal(413, "the body is too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown error");

interface Forwarding {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Uint8Array;
}

/** A gateway in front of the server may not carry the verb LIST; `GET ?list=true` means the same. */
const asked = (request: IncomingMessage, body: Uint8Array): Forwarding => {
  const { headers, url = "/" } = request;
  const method = sentMethod(request.method ?? "GET");
  if (method !== "LIST") return { method, target: url, headers, body };
  return { method: "GET", target: `${url}${url.includes("?") ? "&" : "?"}list=true`, headers, body };
};

const forward = async (
  { client, settings }: ProxyParts,
  { method, target, headers: sent, body }: Forwarding,
  token: Token,
): Promise<RawAnswer> => {
  const { "accept-encoding": _, "user-agent": agent = "", ...headers } = sent;
  try {
    return await client.send({
      method,
      target,
      headers: {
        ...(settings.namespace === undefined ? {} : { "x-vault-namespace": settings.namespace }),
        ...headers,
        "x-vault-request": "true",
        "x-vault-token": token.reveal(),
        "user-agent": `zeroth-lambda-extension; ${agent}`,
      },
      ...(body.length === 0 ? {} : { body }),
    });
  } catch (error) {
    throw new Refusal(502, `failed to proxy request: ${messageOf(error)}`);
  }
};

const tokenOf = async (session: Session): Promise<Token> => {
  try {
    return await session.token();
  } catch (error) {
    throw new Refusal(500, `failed to get a valid token: ${messageOf(error)}`);
  }
};

/** Asks once more with a new token where the server no longer knows the one it was asked with. */
const answerOf = async (parts: ProxyParts, forwarding: Forwarding, token: Token): Promise<KeptAnswer> => {
  let answer = await forward(parts, forwarding, token);
  if (answer.status === 403) {
    const refused = { ...answer, body: await readAll(answer.body) };
    if (!(await parts.session.doubt(token))) return refused;
    answer = await forward(parts, forwarding, await tokenOf(parts.session));
  }
  return { ...answer, body: await readAll(answer.body) };
};

const serve = async (
  parts: ProxyParts,
  cache: AnswerCache | undefined,
  request: IncomingMessage,
): Promise<KeptAnswer> => {
  const { settings, session } = parts;
  const { headers } = request;
  if (settings.requireRequestHeader && headers["x-vault-request"] !== "true") {
    throw new Refusal(412, 'missing "X-Vault-Request" header');
  }
  if (headers["x-vault-token-options"] === "revoke") session.forget();
  const forwarding = asked(request, await readAll(request));
  const { method, target, body } = forwarding;
  const token = await tokenOf(session);
  const use = cacheUse(settings.cache, method, headers);
  const key = use.read || use.write ? cacheKey(target, headers, body, token.reveal()) : "";
  const kept = use.read ? cache?.get(key) : undefined;
  if (kept !== undefined) return kept;
  const answer = await answerOf(parts, forwarding, token);
  if (use.write && answer.status < 300) cache?.set(key, answer);
  return answer;
};

const send = (response: ServerResponse, { status, headers, body }: KeptAnswer): void => {
  const { "content-length": _, ...kept } = headers;
  const mutable = Object.entries(kept).map(([name, value]): [string, string | string[]] => [
    name,
    typeof value === "string" ? value : [...value],
  ]);
  response.writeHead(status, { ...Object.fromEntries(mutable), "content-length": body.length });
  response.end(body);
};

const refuse = (response: ServerResponse, error: unknown): void => {
  const status = error instanceof Refusal ? error.status : 500;
  const envelope = JSON.stringify({ errors: [error instanceof Refusal ? error.message : "internal error"] });
  const body = Buffer.from(`${envelope}\n`);
  if (response.headersSent) response.destroy();
  else send(response, { status, headers: { "content-type": "application/json" }, body });
};

/** Throws `AgentError` where the port is taken. */
export const startProxy = async (parts: ProxyParts): Promise<LocalProxy> => {
  const { settings, surroundings } = parts;
  const cache = settings.cache === undefined ? undefined : createAnswerCache(settings.cache, surroundings.clock);
  const server = createServer((request, response) => {
    serve(parts, cache, request).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        surroundings.log.warn("a request was not served", { error: messageOf(error) });
        refuse(response, error);
      },
    );
  });
  rewireVerbs(server, "connection");
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new AgentError(`cannot listen on port ${settings.port}: ${error.message}`)));
    server.listen(settings.port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};
