import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request as send } from "node:http";
import { request as sendSecurely } from "node:https";

/** One HTTP exchange as raw as a client can make it: any verb, any header, the path sent exactly as written. */

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** JSON, or the text where it is none; `undefined`: nothing. */
  readonly body: unknown;
  readonly bytes: Buffer;
}

/** What a client shows to a listener that asks for a certificate; both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Exchange {
  readonly method: string;
  /** Below `/v1/`, unless it begins with a slash; a whole URL goes where it says. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string | Buffer | undefined;
  readonly tls?: Certificate | undefined;
}

const agent = new Agent({ keepAlive: true });

/** Whether a path is a whole URL: of a server that is not the one under test. */
export const isElsewhere = (path: string): boolean => /^https?:\/\//.test(path);

const targetOf = (url: string, path: string): URL => (isElsewhere(path) ? new URL(path) : new URL(url));

/** Exactly as written: `URL` would tidy the path. */
const pathOf = (target: URL, path: string): string => {
  if (isElsewhere(path)) return `${target.pathname}${target.search}`;
  return path.startsWith("/") ? path : `/v1/${path}`;
};

const parsed = (text: string): unknown => {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** `url`: the server under test. Its certificate is not checked, and each TLS connection is a new one. */
export const exchange = (url: string, { method, path, headers, body, tls }: Exchange): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const target = targetOf(url, path);
    const payload = body === undefined ? undefined : Buffer.from(body);
    const shared = {
      hostname: target.hostname,
      port: target.port,
      method,
      path: pathOf(target, path),
      headers: { ...(payload ? { "content-length": String(payload.length) } : {}), ...headers },
    };
    const outgoing =
      target.protocol === "https:"
        ? sendSecurely({ ...shared, rejectUnauthorized: false, agent: false, ...tls })
        : send({ ...shared, agent });
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: parsed(bytes.toString("utf8")),
          bytes,
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
