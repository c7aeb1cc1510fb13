import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { CLOCK, type WorkerClock } from "./worker-clock.ts";

/**
 * What stands between a browser and the server: a proxy that sees every request, of pages and of workers. It keeps
 * them, refuses other origins, and plays the weather: slow, offline, faults, a gateway that answers by itself.
 */

export interface Passed {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Absent: not answered yet, or never. */
  status?: number;
  answer?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Gate {
  readonly port: number;
  readonly passed: readonly Passed[];
  /** Requests to other origins, violations that the browser reported, exceptions of workers: the guard fails on them. */
  readonly faults: readonly string[];
  /** What workers wrote on their consoles. */
  readonly workerLines: readonly string[];
  /** Those of the API, without the page's files: `POST sys/wrapping/wrap`. */
  calls(): readonly string[];
  /** While true, connections are cut. */
  offline: boolean;
  /** Before an answer, and for each KB of it. */
  slow: { readonly latencyMs: number; readonly bytesPerSecond: number } | undefined;
  /** Asked before the server is: what it gives is the answer. */
  instead: (request: Passed) => Reply | "cut" | undefined | Promise<Reply | "cut" | undefined>;
  close(): Promise<void>;
}

/** Chromium asks it what the fields of a form are for, whatever the page says; cut like the others. */
const BROWSERS_OWN = /^content-autofill\.googleapis\.com:443$/;

const REPORTS = "/ui/reports-of-tests";

/** Put before the script of every worker: no tool of tests listens to a shared worker, so it tells by itself. */
const EAR = `{
  const post = fetch.bind(self), told = (kind, text) => post("${REPORTS}", { method: "POST", body: JSON.stringify({ kind, text }) });
  addEventListener("error", ({ message }) => told("exception", message));
  addEventListener("unhandledrejection", ({ reason }) => told("exception", String(reason)));
  for (const name of ["log", "info", "warn", "error", "debug"])
    console[name] = (...given) => told(name === "error" ? "exception" : "line", given.map(String).join(" "));
}`;

interface Whole {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** The browser tells of violations, in workers too; what the policy forbids stays the same. */
const withReports = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const { "content-security-policy": policy } = headers;
  return policy === undefined ? headers : { ...headers, "content-security-policy": `${policy}; report-uri ${REPORTS}` };
};

const readAll = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
};

const textHeaders = (headers: IncomingMessage["headers"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(",") : value] as const],
    ),
  );

export interface GateOptions {
  /** The only origin that may be reached. */
  readonly origin: string;
  /** Put before the script of the worker. */
  readonly workerPrelude?: string | undefined;
  readonly workerClock?: WorkerClock | undefined;
  /** How much later than it was each answer is given. */
  readonly lateMs?: (() => number) | undefined;
  readonly onAnswer?: ((passed: Passed) => void) | undefined;
}

export const startGate = async ({
  origin,
  workerPrelude = "",
  workerClock,
  lateMs,
  onAnswer,
}: GateOptions): Promise<Gate> => {
  const passed: Passed[] = [];
  const faults: string[] = [];
  const workerLines: string[] = [];
  const gate = {
    offline: false,
    slow: undefined as Gate["slow"],
    instead: (() => undefined) as Gate["instead"],
  };

  const forward = (request: Passed, raw: Buffer): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { "proxy-connection": _, ...headers } = request.headers;
      const ahead = sendRequest(
        request.url,
        { method: request.method, headers: { ...headers, "accept-encoding": "identity" } },
        resolve,
      );
      ahead.on("error", reject);
      ahead.end(raw);
    });

  const fromServer = async (request: Passed, raw: Buffer): Promise<Whole> => {
    const answer = await forward(request, raw);
    const { "content-length": _, "transfer-encoding": __, ...headers } = textHeaders(answer.headers);
    return { status: answer.statusCode ?? 0, headers, bytes: await readAll(answer) };
  };

  const answerOf = async (request: Passed, raw: Buffer): Promise<Whole | "cut"> => {
    const own = await gate.instead(request);
    if (own === "cut") return "cut";
    const { status, headers, bytes } = own
      ? { status: own.status, headers: own.headers ?? {}, bytes: Buffer.from(own.body) }
      : await fromServer(request, raw);
    // A preload may have fetched it before the worker asks.
    const isWorker = /\/worker-[^/]*\.js$/.test(request.url.pathname);
    return {
      status,
      headers: withReports(headers),
      bytes: isWorker ? Buffer.concat([Buffer.from(`${EAR}${workerPrelude};`), bytes]) : bytes,
    };
  };

  const report = (text: string): void => {
    const { kind, text: told } = JSON.parse(text) as { kind?: "exception" | "line"; text?: string };
    if (told !== undefined) workerLines.push(told);
    if (kind === undefined) faults.push(`a violation of the policy: ${text}`);
    if (kind === "exception") faults.push(`an exception in a worker: ${told}`);
  };

  const take = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(message.url ?? "/", origin);
    const raw = await readAll(message);
    if (url.origin !== origin) {
      faults.push(`a request to another origin: ${message.method} ${url.href}`);
      response.destroy();
      return;
    }
    if (url.pathname === REPORTS) {
      report(raw.toString("utf8"));
      response.writeHead(204).end();
      return;
    }
    if (workerClock && url.pathname === CLOCK) {
      workerClock.asked(response);
      return;
    }
    const request: Passed = {
      method: message.method ?? "",
      url,
      headers: textHeaders(message.headers),
      body: raw.toString("utf8"),
    };
    passed.push(request);
    if (gate.offline) {
      response.destroy();
      return;
    }
    if (gate.slow) await pause(gate.slow.latencyMs);
    const answer = await answerOf(request, raw);
    if (lateMs) await pause(lateMs());
    if (answer === "cut" || gate.offline) {
      response.destroy();
      return;
    }
    if (gate.slow) await pause((answer.bytes.length / gate.slow.bytesPerSecond) * 1000);
    request.status = answer.status;
    request.answer = answer.bytes.toString("utf8");
    onAnswer?.(request);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.bytes);
  };

  const server = createServer((message, response) => {
    take(message, response).catch(() => response.destroy());
  });
  server.on("connect", (message, socket) => {
    if (!BROWSERS_OWN.test(message.url ?? "")) faults.push(`a connection to another origin: ${message.url}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(gate, {
    port,
    passed,
    faults,
    workerLines,
    calls: () =>
      passed.flatMap(({ method, url }) =>
        url.pathname.startsWith("/v1/") ? [`${method} ${url.pathname.slice("/v1/".length)}${url.search}`] : [],
      ),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
};
