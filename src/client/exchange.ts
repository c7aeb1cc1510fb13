import type { ClientRequest, IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { defined } from "../std/defined.ts";
import type { Timer } from "../std/timer.ts";
import type { Connections } from "./connections.ts";
import { CallRefused, ConnectionError, connectionError, SettingsError } from "./errors.ts";

/** One request, and the head of its answer; the deadline goes on until the body is read or given away. */

export interface Request {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Readable | Uint8Array;
  /** Milliseconds. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export interface Begun {
  readonly response: IncomingMessage;
  /** What an error of the body means. */
  failure(cause: unknown): unknown;
  /** Ends the deadline. */
  release(): void;
}

/** May be sent twice without harm. */
const READS = new Set(["GET", "HEAD", "LIST", "SCAN"]);

/** Node's own words name the header, and may show a part of it. */
const made = (request: () => ClientRequest): ClientRequest => {
  try {
    return request();
  } catch {
    throw new CallRefused("a header or the path holds characters that cannot be sent");
  }
};

type Head = { readonly again: boolean; readonly cause: unknown } | Begun;

const tried = ({ endpoint, request, options, through }: Connections, timer: Timer, wanted: Request): Promise<Head> =>
  new Promise((resolve) => {
    const { method, target, headers, body, limit, signal } = wanted;
    const fields = Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "string" ? value : [...value],
    ]);
    const sent = made(() =>
      request({
        ...options,
        method,
        path: `${through.before}${target}`,
        headers: { ...Object.fromEntries(fields), ...through.headers },
        ...defined({ signal }),
      }),
    );
    let late = false;
    const release = timer(limit, () => {
      late = true;
      sent.destroy();
      over();
    });
    const failure = (cause: unknown): unknown => {
      if (signal?.aborted) return signal.reason;
      if (late) return new ConnectionError(endpoint.origin, "timed out");
      return cause instanceof SettingsError
        ? new ConnectionError(endpoint.origin, cause.message)
        : connectionError(endpoint.origin, cause);
    };
    // Said here, because Node says nothing of a request that waits for its connection: to a silent proxy, for example.
    const over = (): void => resolve({ again: false, cause: failure(undefined) });
    const aborted = (): void => {
      release();
      over();
    };
    signal?.addEventListener("abort", aborted, { once: true });
    sent.on("error", (cause) => {
      release();
      const unused = sent.reusedSocket && READS.has(method) && body === undefined && !late && !signal?.aborted;
      resolve({ again: unused, cause: failure(cause) });
    });
    // Without an error of its own: the deadline ended it, or the agent was closed.
    sent.on("close", () => {
      signal?.removeEventListener("abort", aborted);
      over();
    });
    sent.on("response", (response) => resolve({ response, failure, release }));
    if (body instanceof Readable) {
      body.on("error", (cause) => sent.destroy(cause)).pipe(sent);
    } else sent.end(body);
  });

/**
 * Throws `ConnectionError`, the signal's reason, or `CallRefused` for headers that cannot be sent. A read that meets a
 * connection the server has just closed is sent again at once, on another one.
 */
export const exchange = async (connections: Connections, timer: Timer, wanted: Request): Promise<Begun> => {
  wanted.signal?.throwIfAborted();
  for (let left = 1; ; left -= 1) {
    const head = await tried(connections, timer, wanted);
    if ("response" in head) return head;
    if (!head.again || left === 0) throw head.cause;
  }
};

/** The whole body. Throws `ConnectionError` when it is longer than `most` bytes, breaks off or comes too late. */
export const readAll = async ({ response, failure, release }: Begun, origin: string, most: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > most) throw new ConnectionError(origin, `the answer is longer than ${most} bytes`, false);
      chunks.push(bytes);
    }
    if (!response.complete) throw new ConnectionError(origin, "the answer broke off");
    return Buffer.concat(chunks, size);
  } catch (cause) {
    response.destroy();
    const reason = failure(cause);
    throw reason instanceof ConnectionError && reason.reason === "the server closed the connection"
      ? new ConnectionError(origin, "the answer broke off")
      : reason;
  } finally {
    release();
  }
};
