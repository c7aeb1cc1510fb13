import type { Answer } from "../../../src/core/request/answer.ts";
import type { Decoded } from "../../../src/core/request/decoded.ts";
import { createHttpHandler, type HttpCore, type HttpRequest, type HttpResponse } from "../../../src/http/index.ts";
import type { JsonObject } from "../../../src/std/json.ts";
import { systemRandom } from "../../../src/std/random.ts";

/** A request with everything a test does not speak about filled in. */
export const request = (
  method: string,
  path: string,
  over: {
    query?: string;
    headers?: Readonly<Record<string, string | readonly string[]>>;
    body?: string | Uint8Array;
    sourceAddress?: string;
  } = {},
): HttpRequest => ({
  method,
  path,
  query: over.query ?? "",
  headers: Object.fromEntries(
    Object.entries(over.headers ?? {}).map(([name, value]) => [name, typeof value === "string" ? [value] : value]),
  ),
  body: typeof over.body === "string" ? Buffer.from(over.body) : (over.body ?? new Uint8Array(0)),
  sourceAddress: over.sourceAddress ?? "192.0.2.1",
});

export const answer = (over: Partial<Answer> = {}): Answer => ({
  requestId: "6c1f0f8e-5a0e-4c7c-9d54-2b0f5e8f7a11",
  verb: "read",
  reply: undefined,
  warnings: [],
  mountType: "kv",
  dataInFront: false,
  ...over,
});

/** An answer that shows what was asked. */
export const echo = (decoded: Decoded): Answer =>
  answer({
    requestId: decoded.requestId,
    verb: decoded.verb,
    reply: { data: { verb: decoded.verb, path: decoded.path, data: decoded.data } },
  });

export interface Served {
  readonly status: number;
  readonly headers: HttpResponse["headers"];
  readonly text: string;
  readonly body: JsonObject;
  /** What reached the program, if anything did. */
  readonly decoded: Decoded | undefined;
}

/** One request through the whole handler; the program behind it echoes unless told otherwise. */
export const serve = async (asked: HttpRequest, core: Partial<HttpCore> = {}): Promise<Served> => {
  let decoded: Decoded | undefined;
  const handler = createHttpHandler({
    random: systemRandom,
    limits: { bodyBytes: 100_000 },
    core: {
      admit: async () => undefined,
      ...core,
      handle: async (given) => {
        decoded = given;
        return core.handle ? core.handle(given) : echo(given);
      },
    },
  });
  const response = await handler(asked);
  const text = Buffer.from(response.body).toString();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text === "" ? {} : JSON.parse(text),
    decoded,
  };
};
