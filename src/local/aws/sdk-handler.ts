/** The doubles as an SDK client's `requestHandler`: signed requests in, answers out, no socket between. */
import type { WireReply, WireRequest } from "./wire.ts";

/** The request an SDK client hands to its handler, as far as it is read here. */
export interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What every AWS SDK client takes as `requestHandler`. */
export interface SdkHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkRequest): Promise<{
    response: { statusCode: number; headers: Record<string, string>; body: Uint8Array };
  }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
}

const queryText = (query: SdkRequest["query"] = {}): string =>
  Object.entries(query)
    .flatMap(([name, value]) => {
      const values: readonly (string | null)[] = value === null || typeof value === "string" ? [value] : value;
      return values.map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one ?? "")}`);
    })
    .join("&");

const bodyBytes = (body: unknown): Uint8Array => {
  if (body === undefined || body === null) return new Uint8Array();
  // A plain view: the SDK's own body class warns when it is read as anything but bytes.
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (typeof body === "string") return Buffer.from(body);
  throw new TypeError("streamed request bodies are not supported by the embedded services");
};

const toWire = (request: SdkRequest): WireRequest => ({
  method: request.method,
  path: request.path,
  query: queryText(request.query),
  headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
  body: bodyBytes(request.body),
});

/** Wraps an answering function as a handler. */
export const sdkHandler = (answer: (request: WireRequest) => Promise<WireReply>): SdkHandler => ({
  metadata: { handlerProtocol: "http/1.1" },
  handle: async (request) => {
    const { status, headers, body } = await answer(toWire(request));
    return { response: { statusCode: status, headers, body } };
  },
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
});
