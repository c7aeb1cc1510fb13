import { Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, type RequestOptions as SecureOptions, request as secureRequest } from "node:https";
import { isIP } from "node:net";
import { bareHost } from "./addresses.ts";
import { AddressRefused, NoAnswer, NoConnection, networkReason } from "./errors.ts";
import type { Guard } from "./guard.ts";
import { watched } from "./watch.ts";

/**
 * One HTTP request, and its whole answer as text. Redirects are answers like any other, the answer is bounded, and one
 * deadline covers connecting, sending and reading. Proxies and relaxed certificate checks of the environment do not
 * apply.
 */

export interface OutgoingRequest {
  readonly method: "GET" | "POST";
  /** Scheme, host, port, path and query; what else it holds is not sent. */
  readonly url: URL;
  /** Lower-case names. `host` is sent as given here, whatever `url` says; absent: that of `url`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly deadlineMs: number;
  readonly mostBytes: number;
  /** How the answer's bytes become its text; `latin1` keeps each of them. UTF-8 unless given. */
  readonly encoding?: "utf8" | "latin1" | undefined;
  /** PEM; absent: the certificates Node trusts. */
  readonly ca?: string | undefined;
  /** Takes whatever certificate the server shows. For answers that are believed for what they say, not for who sends them. */
  readonly anyCertificate?: boolean | undefined;
}

export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Throws `AddressRefused`, `NoConnection` or `NoAnswer`. */
export type Fetch = (request: OutgoingRequest) => Promise<OutgoingAnswer>;

const single = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));

/** Over TLS, or plain HTTP where the URL says so. */
export const createFetch = (guard: Guard): Fetch => {
  const agents = {
    "https:": new Agent({ keepAlive: true, maxSockets: 50 }),
    "http:": new PlainAgent({ keepAlive: true, maxSockets: 50 }),
  };
  const answered: Fetch = async (request) => {
    const {
      method,
      url,
      headers,
      body,
      deadlineMs,
      mostBytes,
      encoding = "utf8",
      ca,
      anyCertificate = false,
    } = request;
    const { protocol } = url;
    if (protocol !== "https:" && protocol !== "http:") throw new AddressRefused("neither http nor https");
    const host = bareHost(url.hostname);
    guard.check(host);
    return new Promise((resolve, reject) => {
      const options: SecureOptions = {
        method,
        host,
        port: url.port,
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host, ...headers },
        setHost: false,
        agent: agents[protocol],
        lookup: guard.lookup,
        signal: AbortSignal.timeout(Math.ceil(deadlineMs)),
        ...(protocol === "https:" && { rejectUnauthorized: !anyCertificate, servername: isIP(host) === 0 ? host : "" }),
        ca,
      };
      let begun = false;
      const send = protocol === "https:" ? secureRequest : plainRequest;
      const sent = send(options, (response) => {
        begun = true;
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size <= mostBytes) chunks.push(chunk);
          else {
            // At once: an answer that came in one piece would end well before the request hears of it.
            reject(new NoAnswer("too long"));
            sent.destroy();
          }
        });
        response.on("error", fail);
        response.on("aborted", () => reject(new NoAnswer("broken")));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: single(response.headers),
            body: Buffer.concat(chunks).toString(encoding),
          }),
        );
      });
      const fail = (cause: Error): void => {
        if (cause instanceof NoAnswer || cause instanceof AddressRefused) reject(cause);
        else if (cause.name === "AbortError") reject(new NoAnswer("late", { cause }));
        else if (begun) reject(new NoAnswer("broken", { cause }));
        else reject(new NoConnection(networkReason(cause), { cause }));
      };
      sent.on("error", fail);
      sent.end(body);
    });
  };
  return (request) => watched(guard.watch, bareHost(request.url.hostname), () => answered(request));
};
