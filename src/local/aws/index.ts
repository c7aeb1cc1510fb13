/**
 * AWS on this machine: STS, KMS, IAM, SSM and EC2 as far as the product touches them, in front of the embedded
 * DynamoDB, for trying, developing and testing without an account. Every call's Signature Version 4 is verified;
 * state is kept in memory or in one folder. Trusts its own state file and nothing in a request before the signature
 * has held. Must never be reachable from outside the machine, and must never be part of a deployed function.
 */
import { join } from "node:path";
import { once } from "../../std/once.ts";
import type { RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";
import { createEmbeddedDynamo, type EmbeddedDynamo } from "../dynamodb/index.ts";
import { instanceDocument, instanceSession } from "./ec2.ts";
import { createDocumentSigner } from "./identity-document.ts";
import { uniqueId } from "./ids.ts";
import { listen } from "./listener.ts";
import { type AwsState, emptyAccount } from "./model.ts";
import { answer, type World } from "./router.ts";
import { type SdkHandler, sdkHandler } from "./sdk-handler.ts";
import type { SessionCredentials } from "./sessions.ts";
import { openStore } from "./store.ts";
import { serviceSession } from "./sts.ts";
import type { WireReply, WireRequest } from "./wire.ts";

export { type HybridMachine, registerMachine } from "./machine.ts";
export type { SdkHandler } from "./sdk-handler.ts";
export type { SessionCredentials } from "./sessions.ts";
export type { WireReply, WireRequest } from "./wire.ts";

/** The accounts that exist from the start, each with an administrator. Not secrets: they open this double only. */
const ACCOUNTS = [
  { accountId: "111122223333", accessKeyId: "AKIALOCALADMIN000001", secretAccessKey: "local-admin-secret-1" },
  { accountId: "444455556666", accessKeyId: "AKIALOCALADMIN000002", secretAccessKey: "local-admin-secret-2" },
] as const;

const REGION = "us-east-1";
const REGIONS =
  "us-east-1 us-east-2 us-west-1 us-west-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1";

export interface EmbeddedAws {
  readonly region: string;
  readonly accounts: readonly {
    readonly accountId: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  }[];
  readonly dynamo: EmbeddedDynamo;
  /** For SDK clients in this process: every service, by host, signatures verified. */
  readonly requestHandler: SdkHandler;
  /** One HTTP request over any transport. Header names in any case. Never throws. */
  handle(request: WireRequest): Promise<WireReply>;
  /** AWS wire protocols on a socket. Port 0 picks one. */
  listen(options: { host: string; port: number }): Promise<{ readonly url: string; close(): Promise<void> }>;
  /**
   * What a running instance's metadata service hands out: its role's session, named after the instance. Rejects when
   * the instance has no profile whose role trusts EC2.
   */
  instanceCredentials(where: { accountId: string; instanceId: string; region?: string }): Promise<SessionCredentials>;
  /**
   * What a running instance's metadata service shows as its identity: the document, and its signatures by the double's
   * own certificate, which `config/certificate` of a mount takes (PEM).
   */
  instanceIdentity(where: { accountId: string; instanceId: string; region?: string }): Promise<{
    readonly document: string;
    readonly signature: string;
    readonly rsa2048: string;
    readonly certificate: string;
  }>;
  /**
   * A session another service of AWS makes of a role, under a name of its own choosing (a Lambda function's name, say).
   * Rejects when the role's trust policy does not admit the service.
   */
  serviceCredentials(ask: {
    accountId: string;
    roleName: string;
    service: string;
    sessionName: string;
  }): Promise<SessionCredentials>;
  /** Ends every listener and DynamoDB, and waits until the state is on the disk. */
  close(): Promise<void>;
}

const initialState = (clock: Clock, random: RandomSource): AwsState => {
  const state: AwsState = { sessionKey: Buffer.from(random.bytes(32)).toString("base64"), accounts: {} };
  for (const { accountId, accessKeyId, secretAccessKey } of ACCOUNTS) {
    const account = emptyAccount();
    const created = clock.now();
    const policies = { inline: {}, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"] };
    const name = "administrator";
    account.users[name] = { name, path: "/", id: uniqueId(random, "AIDA"), created, policies, groups: [], tags: {} };
    account.accessKeys[accessKeyId] = {
      id: accessKeyId,
      secret: secretAccessKey,
      userName: name,
      created,
      status: "Active",
    };
    state.accounts[accountId] = account;
  }
  return state;
};

/** Starts the doubles. `dataDir` is made when absent; without it everything is gone at the end of the process. */
export const createEmbeddedAws = async (options: {
  clock: Clock;
  /** DynamoDB's own, so that its time to live can be played ahead of the rest. */
  tableClock?: Clock;
  random: RandomSource;
  dataDir?: string | undefined;
}): Promise<EmbeddedAws> => {
  const { clock, random, dataDir } = options;
  const store = await openStore(() => initialState(clock, random), dataDir);
  const dynamo = createEmbeddedDynamo({
    clock: options.tableClock ?? clock,
    dataDir: dataDir === undefined ? undefined : join(dataDir, "dynamodb"),
  });
  const world: World = {
    store,
    clock,
    random,
    regions: new Set(REGIONS.split(" ")),
    dynamo: (request) => dynamo.handle(request),
  };
  const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const handle = (request: WireRequest): Promise<WireReply> =>
    answer(world, { ...request, headers: lowerCase(request.headers) });
  const listeners = new Set<{ close(): Promise<void> }>();
  const signer = once(() => createDocumentSigner(clock.now()));
  return {
    region: REGION,
    accounts: ACCOUNTS,
    dynamo,
    requestHandler: sdkHandler(handle),
    handle,
    instanceCredentials: async ({ region = REGION, ...where }) => instanceSession(world, { region, ...where }),
    instanceIdentity: async ({ region = REGION, ...where }) => {
      const document = instanceDocument(world, { region, ...where });
      const { certificate, signature, rsa2048 } = await signer();
      const bytes = Buffer.from(document);
      return { document, signature: signature(bytes), rsa2048: rsa2048(bytes), certificate };
    },
    serviceCredentials: async (ask) => {
      const sourceArn = `arn:aws:${ask.service.split(".")[0]}:${REGION}:${ask.accountId}:${ask.sessionName}`;
      return serviceSession(world, { ...ask, sourceArn }, 3600);
    },
    listen: async (where) => {
      const listener = await listen(handle, where);
      listeners.add(listener);
      return {
        url: listener.url,
        close: async () => {
          listeners.delete(listener);
          await listener.close();
        },
      };
    },
    close: async () => {
      await Promise.all([...listeners].map((listener) => listener.close()));
      listeners.clear();
      await dynamo.close();
      await store.save();
    },
  };
};
