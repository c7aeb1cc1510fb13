import type { Answer, Call, Client, Secret } from "../../../../src/client/contract.ts";
import { ResponseError } from "../../../../src/client/index.ts";

/** A server as a test scripts it. */

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly token: string | undefined;
  readonly query: Readonly<Record<string, string>>;
}

export type Script = (call: Asked, count: number) => Secret | undefined | Promise<Secret | undefined>;

export interface Scripted {
  readonly client: Client;
  readonly asked: Asked[];
  /** How often a path was asked for. */
  readonly count: (path: string) => number;
  /** The most calls that were open at one time. */
  readonly most: () => number;
}

export const answer = (data: Secret["data"], more: Partial<Secret> = {}): Secret => ({
  request_id: "r",
  lease_id: "",
  lease_duration: 0,
  renewable: false,
  data,
  warnings: null,
  auth: null,
  wrap_info: null,
  ...more,
});

/** A version of KV. */
export const version = (data: Readonly<Record<string, unknown>>, metadata = {}): Secret =>
  answer({ data, metadata: { version: 1, deletion_time: "", destroyed: false, ...metadata } });

export const mount = (path: string, kind = "kv", number = "2"): Secret =>
  answer({ path, type: kind, options: { version: number } });

export const refuse = (status: number, ...errors: string[]): never => {
  throw new ResponseError({ method: "GET", url: "http://test", status, errors });
};

const calledOff = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

export const createScripted = (script: Script): Scripted => {
  const asked: Asked[] = [];
  let open = 0;
  let most = 0;
  const call = async (given: Call): Promise<Answer> => {
    const one: Asked = {
      method: given.method,
      path: given.path,
      body: given.body,
      token: given.token?.reveal(),
      query: given.query ?? {},
    };
    asked.push(one);
    open += 1;
    most = Math.max(most, open);
    try {
      await new Promise((resolve) => setImmediate(resolve));
      given.signal?.throwIfAborted();
      const count = asked.filter(({ path }) => path === one.path).length;
      const secret = await Promise.race([script(one, count), calledOff(given.signal)]);
      return secret ? { status: 200, headers: {}, secret } : { status: 204, headers: {} };
    } finally {
      open -= 1;
    }
  };
  const client: Client = {
    call,
    send: () => Promise.reject(new Error("nothing is forwarded here")),
    with: () => client,
    close: () => undefined,
  };
  return { client, asked, count: (path) => asked.filter((one) => one.path === path).length, most: () => most };
};
