import { randomInt } from "node:crypto";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { AWS_TEST_ENDPOINT } from "../../../../../src/contract/environment.ts";
import { createEmbeddedAws } from "../../../../../src/local/aws/index.ts";
import type { SdkHandler } from "../../../../../src/local/aws/sdk-handler.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";

/** The AWS that the engine's tests work on: the doubles in this process, or the one that the environment names. */

export const ENDPOINT = process.env[AWS_TEST_ENDPOINT];
/** Whether the tests run against an AWS of others: what only our doubles do is skipped then. */
export const ELSEWHERE = ENDPOINT !== undefined;

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Credentials as STS and IAM answer them. */
export const credentialsOf = (
  answered: {
    AccessKeyId?: string | undefined;
    SecretAccessKey?: string | undefined;
    SessionToken?: string | undefined;
  } = {},
): Keys => ({
  accessKeyId: answered.AccessKeyId ?? "",
  secretAccessKey: answered.SecretAccessKey ?? "",
  ...(answered.SessionToken === undefined ? {} : { sessionToken: answered.SessionToken }),
});

/** What a client of the same AWS is made with; the credentials may do everything. */
interface ClientSettings {
  readonly region: string;
  readonly credentials: Keys;
  readonly maxAttempts: number;
  readonly endpoint?: string;
  readonly requestHandler?: Record<string, unknown>;
}

export interface Target {
  /** Its id. Nobody else works in it. */
  readonly account: string;
  readonly handler: SdkHandler | undefined;
  readonly settings: ClientSettings;
  close(): Promise<void>;
}

const embedded = async (): Promise<Target> => {
  const aws = await createEmbeddedAws({ clock: systemClock, random: systemRandom });
  const [administered] = aws.accounts;
  if (!administered) throw new Error("the embedded AWS has no account");
  const { accountId: account, accessKeyId, secretAccessKey } = administered;
  const credentials = { accessKeyId, secretAccessKey };
  const settings = { region: "us-east-1", credentials, requestHandler: { ...aws.requestHandler }, maxAttempts: 1 };
  return { account, handler: aws.requestHandler, settings, close: () => aws.close() };
};

/**
 * An account of its own: suites run side by side, and each looks at all users of its account. moto opens an account when
 * somebody assumes a role there, and knows by an access key whose call it is.
 */
const elsewhere = async (endpoint: string): Promise<Target> => {
  const account = String(randomInt(10 ** 11, 10 ** 12));
  const settings = { region: "us-east-1", endpoint, maxAttempts: 1 };
  const anybody = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "anybody" };
  const RoleArn = `arn:aws:iam::${account}:role/first`;
  const sts = new STSClient({ ...settings, credentials: anybody });
  const { Credentials: first } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "first" }));
  const iam = new IAMClient({ ...settings, credentials: credentialsOf(first) });
  await iam.send(new CreateUserCommand({ UserName: "admin" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "admin" }));
  sts.destroy();
  iam.destroy();
  return {
    account,
    handler: undefined,
    settings: { ...settings, credentials: credentialsOf(AccessKey) },
    close: async () => undefined,
  };
};

/** An AWS of the caller's own, with one account that nobody else works in. */
export const openTarget = async (): Promise<Target> => (ENDPOINT === undefined ? embedded() : elsewhere(ENDPOINT));
