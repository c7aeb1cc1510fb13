import { GetUserCommand, IAMClient, ListAccessKeysCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { jest } from "@jest/globals";
import { builtInRows } from "../../../../../src/catalog.ts";
import { awsOver } from "../../../../../src/engines/aws/adapters/index.ts";
import type { CrashPoint } from "../../../../../src/framework/index.ts";
import type { SdkHandler } from "../../../../../src/local/aws/sdk-handler.ts";
import { NEARBY } from "../../../../../src/outgoing/index.ts";
import { type Answered, makeServer, type TestServer } from "../../../../support/make-server.ts";
import type { TestClock } from "../../../../support/storage.ts";
import { ELSEWHERE, ENDPOINT, type Keys, openTarget, type Target } from "./target.ts";

/**
 * The whole product with the engine mounted at `aws/`, over an AWS the test can look into and break: the doubles in this
 * process, or the one that the environment names (`scripts/moto.ts` starts moto).
 */
export interface AwsServer extends TestServer {
  readonly iam: IAMClient;
  readonly account: string;
  /** POST, held to its status. */
  post(path: string, body?: unknown, status?: number): Promise<Answered>;
  /** Issues credentials of a role, held to 200. */
  creds(role: string, body?: unknown): Promise<Issued>;
  /** Names of the users below `/zeroth/`, where the tests make theirs. */
  users(): Promise<readonly string[]>;
  /** The user's tag or name by which a test finds it. */
  userOf(accessKey: string): Promise<string>;
  /** Who has these keys, by their ARN; `""` when AWS does not take them. */
  identity(keys: Keys): Promise<string>;
  sweep(): Promise<void>;
  /** Lets time pass and sweeps, until whatever was pending, claimed or put off has had its turn. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface Issued extends Answered {
  readonly keys: Keys;
  readonly lease: string;
}

/** What a call to AWS gets instead of its answer; `pass` lets it through. */
export type Meddle = (action: string, form: URLSearchParams, pass: () => Promise<Reply>) => Promise<Reply>;
type Reply = Awaited<ReturnType<SdkHandler["handle"]>>;

const textOf = (body: unknown): string =>
  typeof body === "string" ? body : body instanceof Uint8Array ? Buffer.from(body).toString("utf8") : "";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** An error as the query protocol tells it. */
export const refusal = (code: string, status = 400): Reply => ({
  response: {
    statusCode: status,
    headers: { "content-type": "text/xml" },
    body: Buffer.from(
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>secret text of AWS</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
    ),
  },
});

/** Every call to AWS goes past `meddle` first. */
const meddledWith = (handler: SdkHandler, meddle: () => Meddle | undefined): SdkHandler => ({
  ...handler,
  handle: async (request) => {
    const form = new URLSearchParams(textOf(request.body));
    const pass = () => handler.handle(request);
    const one = meddle();
    return one ? one(form.get("Action") ?? "", form, pass) : pass();
  },
});

/** The users of the tests are all below this path. */
export const PATH = "/zeroth/";
export const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" }],
});

/**
 * The test's clock is the process's date: AWS's SDK signs by it, and the doubles say when something was made by it. It
 * stands still unless it is moved.
 */
const movingDate = (): TestClock => {
  jest.useFakeTimers({
    now: Date.now(),
    doNotFake: [
      "clearImmediate",
      "clearInterval",
      "clearTimeout",
      "hrtime",
      "nextTick",
      "performance",
      "queueMicrotask",
      "setImmediate",
      "setInterval",
      "setTimeout",
    ],
  });
  return {
    now: () => Date.now(),
    advance: (ms) => {
      jest.setSystemTime(Date.now() + ms);
    },
  };
};

export const makeAwsServer = async (
  options: {
    readonly crash?: CrashPoint;
    readonly meddle?: () => Meddle | undefined;
    /** The engine has no keys in config/root and works with these. */
    readonly own?: (target: Target) => Promise<Keys>;
    readonly config?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<AwsServer> => {
  const target = await openTarget();
  const clock = movingDate();
  const { account, settings } = target;
  const { credentials } = settings;
  const own = options.own ? await options.own(target) : credentials;
  const handler = target.handler && meddledWith(target.handler, options.meddle ?? (() => undefined));
  const sleep = async (ms: number): Promise<void> => clock.advance(ms);
  const world = {
    sleep,
    aws: awsOver({
      region: "us-east-1",
      sleep,
      reach: NEARBY,
      credentials: async () => own,
      ...(handler ? { requestHandler: { ...handler } } : {}),
    }),
  };
  const server = await makeServer({
    clock,
    rows: builtInRows({
      aws: () => Promise.reject(new Error("nobody logs in here")),
      awsEngine: () => world,
    }),
    ...(options.crash ? { crash: options.crash } : {}),
  });
  const iam = new IAMClient(settings);
  const endpoint = ENDPOINT === undefined ? {} : { iam_endpoint: ENDPOINT, sts_endpoint: ENDPOINT };
  const post = async (path: string, body: unknown = {}, status = 204): Promise<Answered> => {
    const answered = await server.call("POST", path, { body });
    if (answered.status !== status) throw new Error(`POST ${path}: ${answered.status} ${answered.text}`);
    return answered;
  };
  const sweep = async (): Promise<void> => {
    await server.core.leases.sweep(clock.now() + 60_000);
  };
  await post("sys/mounts/aws", { type: "aws" });
  // The server's own credentials find AWS by themselves; elsewhere only by the endpoint.
  if (options.own && ENDPOINT !== undefined) await post("aws/config/root", endpoint);
  if (!options.own)
    await post("aws/config/root", {
      access_key: credentials.accessKeyId,
      secret_key: credentials.secretAccessKey,
      ...endpoint,
      ...options.config,
    });
  await post("aws/roles/app", { credential_type: "iam_user", policy_document: POLICY, user_path: PATH });
  const sts = (keys: Keys) => new STSClient({ ...settings, credentials: keys });
  // From here on the sweeper knows where it was.
  await sweep();
  return {
    ...server,
    iam,
    account,
    post,
    sweep,
    creds: async (role, body) => {
      const answered = await server.call(body === undefined ? "GET" : "POST", `aws/creds/${role}`, { body });
      if (answered.status !== 200) throw new Error(`creds: ${answered.status} ${answered.text}`);
      const { access_key, secret_key, security_token } = answered.data;
      const keys = { accessKeyId: text(access_key), secretAccessKey: text(secret_key) };
      return {
        ...answered,
        keys: typeof security_token === "string" ? { ...keys, sessionToken: security_token } : keys,
        lease: text(answered.body["lease_id"]),
      };
    },
    users: async () => {
      const { Users = [] } = await iam.send(new ListUsersCommand({ PathPrefix: PATH }));
      return Users.map(({ UserName = "" }) => UserName).sort();
    },
    userOf: async (accessKey) => {
      const { Users = [] } = await iam.send(new ListUsersCommand({}));
      for (const { UserName = "" } of Users) {
        const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
        if (AccessKeyMetadata.some(({ AccessKeyId }) => AccessKeyId === accessKey)) return UserName;
      }
      return "";
    },
    identity: async (keys) => {
      try {
        const arn = (await sts(keys).send(new GetCallerIdentityCommand({}))).Arn ?? "";
        // moto takes every key, and calls whoever has one that it does not know by its own name.
        return ELSEWHERE && arn.endsWith(":user/moto") ? "" : arn;
      } catch {
        return "";
      }
    },
    settle: async () => {
      for (const seconds of [130, 240, 300]) {
        clock.advance(seconds * 1000);
        await sweep();
      }
    },
    close: async () => {
      iam.destroy();
      await server.dynamo.close();
      await target.close();
    },
  };
};

/** The user as IAM knows it. */
export const userIn = async (iam: IAMClient, UserName: string) =>
  (await iam.send(new GetUserCommand({ UserName }))).User;
