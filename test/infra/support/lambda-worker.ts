import { Worker } from "node:worker_threads";

/**
 * Runs a built function as the platform would: a thread with an environment of its own that imports `index.mjs` and
 * calls `handler` with events that came as JSON. What the import did to the network is told before the first call.
 */

export interface Invocation {
  readonly result?: unknown;
  readonly failure?: { readonly errorType: string; readonly errorMessage: string };
}

export interface RunningFunction {
  /** Calls to the network during the import. */
  readonly touched: readonly string[];
  /** Everything it printed since the start. */
  output(): string;
  invoke(event: unknown, remainingMs?: number): Promise<Invocation>;
  stop(): Promise<void>;
}

/** Plain JavaScript: the thread has no transformer. */
const RUNTIME = `
const { parentPort, workerData } = require("node:worker_threads");
const touched = [];
const spy = (target, name) => {
  const original = target[name];
  target[name] = function (...given) { touched.push(name); return original.apply(this, given); };
};
spy(require("node:net").Socket.prototype, "connect");
spy(require("node:dns"), "lookup");
const fetched = globalThis.fetch;
globalThis.fetch = (...given) => { touched.push("fetch"); return fetched(...given); };
import(workerData.entry).then(
  ({ handler }) => {
    parentPort.on("message", async ({ id, event, remainingMs }) => {
      const end = Date.now() + remainingMs;
      const context = { awsRequestId: String(id), getRemainingTimeInMillis: () => end - Date.now() };
      try {
        const result = JSON.stringify(await handler(JSON.parse(event), context));
        parentPort.postMessage({ id, result });
      } catch (error) {
        parentPort.postMessage({ id, failure: { errorType: error.name, errorMessage: error.message } });
      }
    });
    setImmediate(() => parentPort.postMessage({ started: [...touched] }));
  },
  (error) => parentPort.postMessage({ refused: error.message }),
);
`;

type Message =
  | { readonly started: readonly string[] }
  | { readonly refused: string }
  | { readonly id: number; readonly result?: string; readonly failure?: NonNullable<Invocation["failure"]> };

/** Starts a function. Rejects with its words when it refuses to start. */
export const startFunction = (entry: string, environment: Readonly<Record<string, string>>): Promise<RunningFunction> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(RUNTIME, {
      eval: true,
      workerData: { entry },
      env: { ...environment },
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    let printed = "";
    worker.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    worker.stderr.setEncoding("utf8").resume();
    const waiting = new Map<number, (answer: Invocation) => void>();
    let calls = 0;
    const invoke = (event: unknown, remainingMs = 20_000) =>
      new Promise<Invocation>((answer) => {
        waiting.set(++calls, answer);
        worker.postMessage({ id: calls, event: JSON.stringify(event), remainingMs });
      });
    const stop = async () => {
      await worker.terminate();
    };
    worker.on("error", reject);
    worker.on("message", (message: Message) => {
      if ("refused" in message) {
        reject(new Error(message.refused));
        worker.terminate().catch(reject);
      } else if ("started" in message) {
        resolve({ touched: message.started, output: () => printed, invoke, stop });
      } else {
        const { id, result, failure } = message;
        waiting.get(id)?.(failure ? { failure } : { result: result === undefined ? undefined : JSON.parse(result) });
        waiting.delete(id);
      }
    });
  });
