import { Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, type RequestOptions as SecureOptions, request as secureRequest } from "node:https";
import { LookupFailed } from "../ports.ts";

/**
 * One POST over the wire, and its whole answer as text. Redirects are answers like any other, the answer is bounded,
 * and one deadline covers connecting, sending and reading. Proxies and relaxed certificate checks of the environment
 * do not apply.
 */

export interface Post {
  /** Where to connect; the path is `/`. */
  readonly url: URL;
  /** Lower-case names; `host` is sent as it stands here, whatever `url` says. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly deadlineMs: number;
  readonly mostBytes: number;
}

export interface PostAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Send = (post: Post) => Promise<PostAnswer>;

/** No connection, or it broke before the head of an answer came: trying again cannot do a thing twice here. */
export class NoConnection extends Error {
  override readonly name = "NoConnection";
}

const secureAgent = new Agent({ keepAlive: true, maxSockets: 50 });
const plainAgent = new PlainAgent({ keepAlive: true, maxSockets: 50 });

const single = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));

/** Over TLS; plain HTTP only where an operator's own endpoint override says so. */
export const sendOverNetwork: Send = (post) =>
  new Promise((resolve, reject) => {
    const secure = post.url.protocol === "https:";
    const options: SecureOptions = {
      method: "POST",
      path: "/",
      headers: { ...post.headers },
      setHost: false,
      agent: secure ? secureAgent : plainAgent,
      signal: AbortSignal.timeout(Math.ceil(post.deadlineMs)),
      ...(secure ? { rejectUnauthorized: true, servername: post.url.hostname } : {}),
    };
    let answered = false;
    const sent = (secure ? secureRequest : plainRequest)(post.url, options, (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > post.mostBytes) sent.destroy(new LookupFailed("AnswerTooLong"));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("aborted", () => reject(new LookupFailed("AnswerBroken")));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: single(response.headers),
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    sent.on("error", (cause) =>
      reject(answered || cause.name === "AbortError" ? cause : new NoConnection("no connection", { cause })),
    );
    sent.end(post.body);
  });

/** What an SDK client's request handler takes and gives, as far as it is needed for a plain POST. */
export interface PlainHandler {
  handle(request: {
    readonly protocol: string;
    readonly hostname: string;
    readonly method: string;
    readonly path: string;
    readonly query: Record<string, string>;
    readonly headers: Record<string, string>;
    readonly body: string;
  }): Promise<{ response: { statusCode: number; headers: Record<string, string>; body?: unknown } }>;
}

const readBody = async (body: unknown, mostBytes: number): Promise<string> => {
  if (body === undefined) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString("utf8");
  if (typeof body !== "object" || body === null || !(Symbol.asyncIterator in body))
    throw new LookupFailed("AnswerUnreadable");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > mostBytes) throw new LookupFailed("AnswerTooLong");
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString("utf8");
};

/** Through a request handler in this process. */
export const sendThrough =
  (handler: PlainHandler): Send =>
  async (post) => {
    const { response } = await handler.handle({
      protocol: post.url.protocol,
      hostname: post.url.hostname,
      method: "POST",
      path: "/",
      query: {},
      headers: { ...post.headers },
      body: post.body,
    });
    const body = await readBody(response.body, post.mostBytes);
    if (Buffer.byteLength(body) > post.mostBytes) throw new LookupFailed("AnswerTooLong");
    const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { status: response.statusCode, headers: Object.fromEntries(headers), body };
  };
