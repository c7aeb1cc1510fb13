import type { IAMClientConfig } from "@aws-sdk/client-iam";
import { defined } from "../../../std/defined.ts";
import type { Clock } from "../../../std/time.ts";
import { type AccountScope, LookupFailed } from "../ports.ts";
import { cacheKey } from "../positive-cache.ts";
import { scopeKey } from "../scope-key.ts";

/**
 * Clients and credentials, kept apart by everything they depend on: one per account, region, endpoint and assumed
 * role. A client made for one scope is never used for another.
 */

export type RequestHandler = NonNullable<IAMClientConfig["requestHandler"]>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}
export type CredentialProvider = () => Promise<Credentials>;

/** Operator's endpoints by service; they change where a client connects. */
export interface Endpoints {
  readonly sts?: string;
  readonly iam?: string;
  readonly ssm?: string;
  readonly ec2?: string;
}

export interface ConnectionOptions {
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly endpoints: Endpoints;
  readonly requestHandler: RequestHandler;
  readonly clock: Clock;
}

const SESSION_SECONDS = 900;
const REFRESH_BEFORE_MS = 5 * 60_000;
const MOST_CLIENTS = 100;

/** What an assumed role may do for us, whatever its own policy allows. */
const SESSION_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: [
        "iam:GetRole",
        "iam:GetUser",
        "iam:GetInstanceProfile",
        "ec2:DescribeInstances",
        "ssm:DescribeInstanceInformation",
        "ssm:ListTagsForResource",
      ],
      Resource: "*",
    },
  ],
});

export type Connections = ReturnType<typeof connections>;

export const connections = (options: ConnectionOptions) => {
  const sessions = new Map<string, Promise<Credentials>>();
  const clients = new Map<string, unknown>();
  const { region, requestHandler, endpoints } = options;

  const stsClient = async (credentials: CredentialProvider, at: string) => {
    const { STSClient } = await import("./sdk/sts.ts");
    const endpoint = defined({ endpoint: endpoints.sts });
    return new STSClient({ region: at, credentials, requestHandler, maxAttempts: 2, ...endpoint });
  };

  const base = (keys: AccountScope["keys"]): CredentialProvider =>
    keys
      ? async () => ({ accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey.reveal() })
      : options.credentials;

  const assume = async (scope: AccountScope, via: NonNullable<AccountScope["via"]>): Promise<Credentials> => {
    const { AssumeRoleCommand } = await import("./sdk/sts.ts");
    const client = await stsClient(base(scope.keys), via.stsRegion || region);
    const { Credentials: made } = await client.send(
      new AssumeRoleCommand({
        RoleArn: via.roleArn,
        RoleSessionName: "zeroth-verify",
        DurationSeconds: SESSION_SECONDS,
        Policy: SESSION_POLICY,
        ExternalId: via.externalId || undefined,
      }),
    );
    if (!made?.AccessKeyId || !made.SecretAccessKey || !made.SessionToken || !made.Expiration)
      throw new LookupFailed("AssumeRoleIncomplete");
    return {
      accessKeyId: made.AccessKeyId,
      secretAccessKey: made.SecretAccessKey,
      sessionToken: made.SessionToken,
      expiration: made.Expiration,
    };
  };

  const session = async (scope: AccountScope, via: NonNullable<AccountScope["via"]>): Promise<Credentials> => {
    const key = cacheKey(...scopeKey(scope));
    const known = await sessions.get(key)?.catch(() => undefined);
    if (known && (known.expiration?.getTime() ?? 0) - options.clock.now() > REFRESH_BEFORE_MS) return known;
    const made = assume(scope, via);
    if (sessions.size >= MOST_CLIENTS) sessions.clear();
    sessions.set(key, made);
    return made;
  };

  const credentialsFor = (scope: AccountScope): CredentialProvider => {
    const { via } = scope;
    return via ? () => session(scope, via) : base(scope.keys);
  };

  return {
    endpoints,
    requestHandler,
    clock: options.clock,
    region,
    credentialsFor,
    stsClient: (keys: AccountScope["keys"]) => stsClient(base(keys), region),
    /** The client for a service, region and scope; made once. */
    client: async <T>(service: string, at: string, scope: AccountScope, make: () => Promise<T>): Promise<T> => {
      const key = cacheKey(service, at, ...scopeKey(scope));
      const known = clients.get(key);
      // the key begins with the service, so its value was made by the same maker
      if (known !== undefined) return known as T;
      const made = await make();
      if (clients.size >= MOST_CLIENTS) clients.clear();
      clients.set(key, made);
      return made;
    },
  };
};
