import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import type { WireAnswer } from "./wire.ts";

/**
 * Lets an SDK client in this process call the tables without a socket. Signatures are not checked: anyone with the
 * handler is trusted.
 */

export type DynamoRequestHandler = Extract<NonNullable<DynamoDBClientConfig["requestHandler"]>, { handle: unknown }>;

/** The account of in-process clients that name none. An SDK client names one with `credentials.accountId`. */
export const LOCAL_ACCOUNT = "000000000000";
const LOCAL_REGION = "us-east-1";

export interface WireRequest {
  readonly target: string;
  readonly body: Uint8Array;
  readonly accountId: string;
  readonly region: string;
}

/** What is read of the SDK's HttpRequest. */
interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly body?: unknown;
}

const ACCOUNT_HOST = /^(\d{12})\.ddb\./;
const SCOPE = /Credential=[^/,]+\/\d{8}\/([^/,]+)\/dynamodb\/aws4_request/;

const bytesOf = (body: unknown): Uint8Array => {
  if (typeof body === "string") return Buffer.from(body, "utf8");
  if (body instanceof Uint8Array) return body;
  throw new TypeError("the embedded table takes request bodies as text or bytes");
};

const header = (headers: Readonly<Record<string, string>>, name: string): string =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? "";

/** Wraps `handle`. The answer's body is the bytes themselves, which the SDK takes faster than a stream of them. */
export const requestHandlerOf = (handle: (request: WireRequest) => Promise<WireAnswer>): DynamoRequestHandler => ({
  metadata: { handlerProtocol: "http/1.1" },
  async handle({ headers, body, hostname }: SdkRequest) {
    const { status, ...answer } = await handle({
      target: header(headers, "x-amz-target"),
      body: bytesOf(body),
      accountId: ACCOUNT_HOST.exec(hostname)?.[1] ?? LOCAL_ACCOUNT,
      region: SCOPE.exec(header(headers, "authorization"))?.[1] ?? LOCAL_REGION,
    });
    return { response: { statusCode: status, headers: { ...answer.headers }, body: answer.body } };
  },
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => ({}),
});
