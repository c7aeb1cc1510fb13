import type { IAMClientConfig } from "@aws-sdk/client-iam";
import { createFetch, createGuard, type Fetch, type Reach, UNGUARDED } from "../../../outgoing/index.ts";
import { once } from "../../../std/once.ts";
import type { RandomSource } from "../../../std/random.ts";
import type { Budget } from "../budget.ts";
import { AwsFailure } from "../failure.ts";
import type { Place, Scope, Sleep } from "../ports.ts";
import { failureOf } from "./outcomes.ts";

/**
 * How calls are made: which credentials, over which connection, how long, how often. Hosts that an operator wrote are
 * dialled through the guard of `src/outgoing`; AWS's own names are not filtered, because an interface endpoint gives
 * them addresses inside the VPC.
 */

export type RequestHandler = NonNullable<IAMClientConfig["requestHandler"]>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
export type CredentialProvider = () => Promise<Credentials>;

export interface ConnectionOptions {
  readonly random: RandomSource;
  readonly sleep: Sleep;
  readonly reach: Reach;
  /** Absent: the SDK's own chain. */
  readonly credentials?: CredentialProvider | undefined;
  /** Answers instead of the network, in this process. */
  readonly requestHandler?: RequestHandler | undefined;
}

/** One call takes no longer than this; IAM answers within a second, as a rule. */
const CALL_MS = 5000;
const MOST_BYTES = 1024 * 1024;
const FIRST_WAIT_MS = 200;

const defaultChain = (): CredentialProvider => {
  const chain = once(async () => (await import("./sdk/credentials.ts")).fromNodeProviderChain());
  return async () => (await chain())();
};

/** What the SDK hands to a handler, as far as a plain POST goes. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const textOf = (body: unknown): string => {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString("utf8") : "";
};

const over = (fetch: Fetch, budget: Budget) => ({
  metadata: { handlerProtocol: "http/1.1" },
  handle: async ({ protocol, hostname, port, path, headers, body }: SdkRequest) => {
    const url = new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`);
    const answer = await fetch({
      method: "POST",
      url,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: textOf(body),
      deadlineMs: Math.max(1, Math.min(CALL_MS, budget.left())),
      mostBytes: MOST_BYTES,
    });
    return {
      response: { statusCode: answer.status, headers: { ...answer.headers }, body: Buffer.from(answer.body) },
    };
  },
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
});

const repeatable = ({ kind }: AwsFailure, again: boolean): boolean =>
  kind === "throttled" || kind === "unreachable" || (kind === "unknown" && again);

export type Connections = ReturnType<typeof connections>;

export const connections = (options: ConnectionOptions) => {
  const guarded = createFetch(createGuard(options.reach));
  const unguarded = createFetch(UNGUARDED);
  const own = options.credentials ?? defaultChain();

  const credentialsFor = ({ keys }: Scope): CredentialProvider =>
    keys ? async () => ({ accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey.reveal() }) : own;

  /** Whole milliseconds, twice as many after each try, spread so that callers do not come back together. */
  const waitAfter = (tries: number): number =>
    Math.round(FIRST_WAIT_MS * 2 ** tries * (0.5 + (options.random.bytes(1)[0] ?? 128) / 255));

  return {
    own,
    /** The settings of a client; it is made for one piece of work and costs little. */
    clientSettings: (scope: Scope, { region, endpoint }: Place, budget: Budget) => ({
      region,
      credentials: credentialsFor(scope),
      // Repeated here and nowhere else, so that every wait is within the budget.
      maxAttempts: 1,
      requestHandler: options.requestHandler ?? over(endpoint === undefined ? unguarded : guarded, budget),
      ...(endpoint === undefined ? {} : { endpoint }),
    }),
    /**
     * Runs one call. It is repeated when AWS certainly did nothing, and with `again` even when nobody knows. Throws
     * `AwsFailure`.
     */
    call: async <T>(scope: Scope, budget: Budget, again: boolean, run: () => Promise<T>): Promise<T> => {
      for (let tries = 0; ; tries += 1) {
        if (budget.left() === 0) throw new AwsFailure("unreachable", "Late");
        try {
          return await run();
        } catch (cause) {
          const failure = failureOf(cause);
          const wait = waitAfter(tries);
          if (!repeatable(failure, again) || tries >= scope.retries || wait >= budget.left()) throw failure;
          await options.sleep(wait);
        }
      }
    },
  };
};
