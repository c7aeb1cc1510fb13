import type { Budget } from "../budget.ts";
import { AwsFailure } from "../failure.ts";
import type { Place, Scope, Session, SessionLimits, Sts } from "../ports.ts";
import type { Connections } from "./connections.ts";
import { complete } from "./outcomes.ts";

/** STS, at the first endpoint that answers: its calls change nothing, so asking twice does no harm. */

type Sdk = typeof import("./sdk/sts.ts");
type Client = InstanceType<Sdk["STSClient"]>;

interface SdkSession {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: Date | undefined;
}

const sessionIn = (made: SdkSession | undefined): Session => ({
  accessKey: complete(made?.AccessKeyId),
  secretKey: complete(made?.SecretAccessKey),
  sessionToken: complete(made?.SessionToken),
  expires: complete(made?.Expiration).getTime(),
});

const limits = ({ policy, policyArns }: SessionLimits) => ({
  ...(policy === "" ? {} : { Policy: policy }),
  ...(policyArns.length === 0 ? {} : { PolicyArns: policyArns.map((arn) => ({ arn })) }),
});

export const stsOver = (connections: Connections, scope: Scope, budget: Budget): Sts => {
  const at = async <T>(place: Place, work: (client: Client, sdk: Sdk) => Promise<T>): Promise<T> =>
    connections.call(scope, budget, true, async () => {
      const sdk = await import("./sdk/sts.ts");
      const client = new sdk.STSClient(connections.clientSettings(scope, place, budget));
      return work(client, sdk);
    });

  const use = async <T>(work: (client: Client, sdk: Sdk) => Promise<T>): Promise<T> => {
    const [first, ...others] = scope.sts;
    let place: Place | undefined = first;
    for (;;) {
      try {
        return await at(place, work);
      } catch (cause) {
        const away = cause instanceof AwsFailure && (cause.kind === "unreachable" || cause.kind === "unknown");
        const next: Place | undefined = others.shift();
        if (!away || next === undefined) throw cause;
        place = next;
      }
    }
  };

  return {
    callerIdentity: () =>
      use(async (client, { GetCallerIdentityCommand }) => {
        const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
        return { account: complete(Account), arn: complete(Arn) };
      }),
    assumeRole: ({ roleArn, sessionName, seconds, tags, externalId, ...limited }) =>
      use(async (client, { AssumeRoleCommand }) => {
        const pairs = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        const { Credentials, AssumedRoleUser } = await client.send(
          new AssumeRoleCommand({
            RoleArn: roleArn,
            RoleSessionName: sessionName,
            DurationSeconds: seconds,
            ...limits(limited),
            ...(pairs.length === 0 ? {} : { Tags: pairs }),
            ...(externalId === "" ? {} : { ExternalId: externalId }),
          }),
        );
        return { ...sessionIn(Credentials), arn: complete(AssumedRoleUser?.Arn) };
      }),
    federationToken: ({ name, seconds, ...limited }) =>
      use(async (client, { GetFederationTokenCommand }) => {
        const { Credentials } = await client.send(
          new GetFederationTokenCommand({ Name: name, DurationSeconds: seconds, ...limits(limited) }),
        );
        return sessionIn(Credentials);
      }),
    sessionToken: ({ seconds, mfa }) =>
      use(async (client, { GetSessionTokenCommand }) => {
        const { Credentials } = await client.send(
          new GetSessionTokenCommand({
            DurationSeconds: seconds,
            ...(mfa === undefined ? {} : { SerialNumber: mfa.serial, TokenCode: mfa.code }),
          }),
        );
        return sessionIn(Credentials);
      }),
  };
};
