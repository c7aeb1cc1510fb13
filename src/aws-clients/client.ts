import { Client, makeBuilder, type SmithyResolvedConfiguration } from "@smithy/core/client";
import { getSchemaSerdePlugin } from "@smithy/core/schema";
import { fromBase64, fromUtf8, toBase64, toUtf8 } from "@smithy/core/serde";
import { parseUrl } from "@smithy/core/transport";
import { NodeHttpHandler, streamCollector } from "@smithy/node-http-handler";
import type {
  $ClientProtocol,
  AwsCredentialIdentity,
  Endpoint,
  HttpHandlerOptions,
  HttpRequest,
  HttpResponse,
  MetadataBearer,
  NodeHttpHandlerOptions,
  Provider,
  RequestHandler,
  StaticOperationSchema,
} from "@smithy/types";
import { once } from "../std/once.ts";
import { type Clock, systemClock } from "../std/time.ts";
import { signing } from "./signing.ts";

/**
 * A client for a few operations of one AWS service, put together from the SDK's own parts: its schemas' codec, its
 * protocol, its signature and its HTTP handler, and nothing of what a stock client works out again for every call. Where
 * it sends to and who it is, it is told; it must never read that from a file. Never repeats a call by itself.
 */

export interface ClientOptions {
  readonly region: string | Provider<string>;
  readonly credentials: AwsCredentialIdentity | Provider<AwsCredentialIdentity>;
  /** Asked by the first call, and again only after a failure. */
  readonly endpoint: Provider<Endpoint>;
  /** A handler, or the settings of one of its own. */
  readonly requestHandler?:
    | RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions>
    | NodeHttpHandlerOptions
    | undefined;
  /** What signatures are dated by. */
  readonly clock?: Clock | undefined;
}

/** What sets the clients of two services apart. */
export interface Service {
  /** As signatures name it. */
  readonly name: string;
  readonly apiVersion: string;
  readonly protocol: () => $ClientProtocol<HttpRequest, HttpResponse>;
}

const isHandler = (
  given: NonNullable<ClientOptions["requestHandler"]>,
): given is RequestHandler<HttpRequest, HttpResponse, HttpHandlerOptions> => "handle" in given;

const handlerOf = (given: ClientOptions["requestHandler"] = {}) =>
  isHandler(given) ? given : new NodeHttpHandler(given);

type Config = SmithyResolvedConfiguration<HttpHandlerOptions>;

/**
 * Middleware of tests and doubles has to be there before the first call: the stack is put together once for each
 * operation and kept.
 */
export class AwsClient extends Client<HttpHandlerOptions, object, MetadataBearer, Config> {
  constructor({ name, apiVersion, protocol }: Service, options: ClientOptions) {
    const { region, credentials, endpoint, clock = systemClock } = options;
    const config = {
      apiVersion,
      cacheMiddleware: true,
      requestHandler: handlerOf(options.requestHandler),
      protocol: protocol(),
      endpoint: once(endpoint),
      // What the protocols of the SDK expect to find.
      base64Decoder: fromBase64,
      base64Encoder: toBase64,
      utf8Decoder: fromUtf8,
      utf8Encoder: toUtf8,
      urlParser: parseUrl,
      streamCollector,
      disableHostPrefix: true,
    };
    super(config);
    this.middlewareStack.use(getSchemaSerdePlugin(config));
    this.middlewareStack.add(signing({ region, credentials, service: name, clock }), {
      name: "signing",
      step: "finalizeRequest",
    });
  }
}

/** Commands as a stock client has them, without the rules that look for an endpoint. */
export const commandsOf = (client: string) => {
  const command = makeBuilder<Config, object, MetadataBearer>({}, client, client, () => ({
    applyToStack: () => undefined,
  }));
  return <Input extends object, Output extends object>(operation: StaticOperationSchema) =>
    command<Input, Output & MetadataBearer>({}, () => [], operation[2], operation);
};
