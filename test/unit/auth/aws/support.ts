import { createHash } from "node:crypto";
import { awsAuth } from "../../../../src/auth/aws/backend.ts";
import {
  type Directory,
  type Ec2Instance,
  type IamRole,
  LookupFailed,
  type ManagedInstance,
  type StsAnswer,
  type StsRequest,
  type Tag,
} from "../../../../src/auth/aws/ports.ts";
import { type BackendContext, type LoginGrant, VaultError } from "../../../../src/framework/index.ts";
import type { JsonObject } from "../../../../src/std/json.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { seconds } from "../../../../src/std/time.ts";
import { createHarness } from "../../../support/backend-harness.ts";
import { createMemoryView, type MemoryView } from "../../../support/memory-view.ts";

/** A mount of the AWS login before an invented AWS, where each test sets what STS and the accounts say. */

export const NOW = Date.UTC(2026, 2, 4, 5, 6, 7);
export const OWN = "111111111111";
export const OTHER = "222222222222";
export const NODE = "mi-0a1b2c3d4e5f60718";
export const ACTIVATION = "f1b2c3d4-1111-2222-3333-444455556666";
export const SSM_TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "ssm.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": OWN } },
    },
  ],
});
export const EC2_TRUST = SSM_TRUST.replace("ssm.amazonaws.com", "ec2.amazonaws.com");

export const amzDate = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;

export interface Caller {
  readonly arn: string;
  readonly userId: string;
  readonly account: string;
}

export const session = (role: string, name: string, account = OWN, id = `AROA${role.toUpperCase()}0001`): Caller => ({
  arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
  userId: `${id}:${name}`,
  account,
});

export const answerXml = ({ arn, userId, account }: Caller): string =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>${arn}</Arn>
    <UserId>${userId}</UserId>
    <Account>${account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>
`;

export const stsSays = (caller: Caller): StsAnswer => ({
  status: 200,
  headers: { "content-type": "text/xml" },
  body: answerXml(caller),
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");

export type HeaderObject = Record<string, string | number | string[]>;

let counter = 0;
/** What the fields of a good login hold; each call has a signature of its own. */
export const goodHeaders = (region = "us-east-1", at = NOW, signed = "content-length;content-type;host;x-amz-date") => {
  counter += 1;
  const signature = createHash("sha256").update(`signature ${counter}`).digest("hex");
  const date = amzDate(at);
  const headers: HeaderObject = {
    Authorization: [
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/${date.slice(0, 8)}/${region}/sts/aws4_request, SignedHeaders=${signed}, Signature=${signature}`,
    ],
    "Content-Length": ["43"],
    "Content-Type": ["application/x-www-form-urlencoded; charset=utf-8"],
    "User-Agent": ["aws-sdk-go/1.44.268"],
    "X-Amz-Date": [date],
  };
  return headers;
};

export interface Given {
  readonly role?: string;
  readonly method?: string;
  readonly url?: string;
  readonly body?: string;
  readonly headers?: HeaderObject;
}

/** The JSON body of a login. */
export const loginBody = (given: Given = {}): JsonObject => ({
  ...(given.role === undefined ? {} : { role: given.role }),
  iam_http_request_method: given.method ?? "POST",
  iam_request_url: base64(given.url ?? "https://sts.amazonaws.com/"),
  iam_request_body: base64(given.body ?? "Action=GetCallerIdentity&Version=2011-06-15"),
  iam_request_headers: base64(JSON.stringify(given.headers ?? goodHeaders())),
});

export interface Account {
  readonly roles: Record<string, IamRole>;
  readonly users: Record<string, { id: string; arn: string }>;
  readonly profiles: Record<string, { id: string; arn: string; roles: { id: string; arn: string }[] }>;
  readonly instances: Record<string, Ec2Instance>;
  /** By `<region>/<id>`. */
  readonly nodes: Record<string, ManagedInstance>;
  readonly tags: Record<string, Tag[]>;
}

const emptyAccount = (): Account => ({ roles: {}, users: {}, profiles: {}, instances: {}, nodes: {}, tags: {} });

export interface World {
  readonly view: MemoryView;
  readonly clock: { now(): number; advance(ms: number): void };
  readonly accounts: Record<string, Account>;
  /** Every request STS got. */
  readonly sent: StsRequest[];
  /** Every look-up: operation, account, name. */
  readonly asked: string[];
  /** What STS answers. */
  sts: (request: StsRequest) => Promise<StsAnswer>;
  /** Set: every look-up fails so. */
  broken: string | undefined;
  request: ReturnType<typeof createHarness>["request"];
  write(path: string, body: JsonObject): Promise<void>;
  login(given?: Given | JsonObject, context?: Partial<BackendContext>): Promise<LoginGrant>;
  /** A login with this body. */
  send(body: JsonObject, context?: Partial<BackendContext>): Promise<LoginGrant>;
  /** As `login`, for a caller STS vouches for. */
  loginAs(caller: Caller, given?: Given): Promise<LoginGrant>;
  renew(grant: LoginGrant, context?: Partial<BackendContext>): Promise<LoginGrant>;
}

export const addRole = (world: World, name: string, trustPolicy = SSM_TRUST, account = OWN, path = ""): IamRole => {
  const made = {
    id: `AROA${name.toUpperCase()}0001`,
    arn: `arn:aws:iam::${account}:role/${path}${name}`,
    trustPolicy,
  };
  (world.accounts[account] ?? emptyAccount()).roles[name] = made;
  return made;
};

export const node = (changes: Partial<ManagedInstance> = {}): ManagedInstance => ({
  id: NODE,
  resourceType: "ManagedInstance",
  activationId: ACTIVATION,
  iamRole: "service-role/hybrid",
  name: "db-host-7",
  platformType: "Linux",
  pingStatus: "Online",
  lastPing: NOW - 60_000,
  registered: NOW - 3_600_000,
  ...changes,
});

const directoryOf = (world: World): Directory => {
  const ask = async <T>(what: string, account: string, name: string, found: (a: Account) => T): Promise<T> => {
    world.asked.push(`${what} ${account} ${name}`);
    if (world.broken !== undefined) throw new LookupFailed(world.broken);
    return found(world.accounts[account] ?? emptyAccount());
  };
  return {
    ownAccount: async () => OWN,
    role: (scope, name) => ask("role", scope.account, name, (a) => a.roles[name]),
    user: (scope, name) => ask("user", scope.account, name, (a) => a.users[name]),
    instanceProfile: (scope, name) => ask("profile", scope.account, name, (a) => a.profiles[name]),
    instance: (scope, _, id) => ask("instance", scope.account, id, (a) => a.instances[id]),
    managedInstance: (scope, region, id) =>
      ask("node", scope.account, `${region}/${id}`, (a) => a.nodes[`${region}/${id}`]),
    managedInstanceTags: (scope, _, id) => ask("tags", scope.account, id, (a) => a.tags[id] ?? []),
  };
};

/** The invented AWS as a mount is built with it. */
export const portsOf = (world: World) => ({
  sts: (request: StsRequest): Promise<StsAnswer> => {
    world.sent.push(request);
    return world.sts(request);
  },
  directory: directoryOf(world),
  region: "us-east-1",
});

const runs: BackendContext["crash"] = (_, step) => step();

export const createWorld = (): World => {
  let now = NOW;
  const view = createMemoryView();
  const clock = {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
  const world: World = {
    view,
    clock,
    accounts: { [OWN]: emptyAccount(), [OTHER]: emptyAccount() },
    sent: [],
    asked: [],
    sts: async () => stsSays(session("app", "box")),
    broken: undefined,
    request: () => Promise.reject(new Error("not yet")),
    write: async (path, body) => {
      await world.request("update", path, body);
    },
    login: (given = {}, context = {}) =>
      world.send("iam_request_url" in given ? (given as JsonObject) : loginBody(given as Given), context),
    send: async (body, context = {}) => {
      const { reply } = await createHarness(backend, { view, clock, context }).request("update", "login", body);
      if (!reply?.auth) throw new Error("the login gave no grant");
      return reply.auth;
    },
    loginAs: (caller, given = {}) => {
      world.sts = async () => stsSays(caller);
      const headers = goodHeaders("us-east-1", clock.now());
      return world.login({ headers, ...given });
    },
    renew: async (grant, changes = {}) => {
      const renewal = {
        internal: grant.internal ?? {},
        policies: [],
        metadata: grant.metadata,
        increment: seconds(0),
      };
      const mount = { maxTtl: seconds(2_764_800) };
      const context = { storage: view, clock, random: systemRandom, mount, crash: runs, ...changes };
      // renewal uses these members of the context alone
      const cx = context as unknown as BackendContext;
      const renewed = await backend.renewLogin?.(renewal, cx);
      if (!renewed) throw new Error("no renewal");
      return renewed;
    },
  };
  const backend = awsAuth(portsOf(world));
  world.request = createHarness(backend, { view, clock }).request;
  return world;
};

/** Role `app`, bound to IAM role `app` by its id. */
export const boundWorld = async (role: JsonObject = {}): Promise<World> => {
  const world = createWorld();
  addRole(world, "app", EC2_TRUST);
  await world.write("role/app", { bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/app`, token_ttl: "1h", ...role });
  world.asked.length = 0;
  return world;
};

/** Role `node`, for nodes whose IAM role is `hybrid`; one node is registered. */
export const hybridWorld = async (role: JsonObject = {}, trust = SSM_TRUST): Promise<World> => {
  const world = createWorld();
  addRole(world, "hybrid", SSM_TRUST, OWN, "service-role/");
  await world.write("role/node", {
    inferred_entity_type: "ssm_managed_instance",
    inferred_aws_region: "eu-west-1",
    bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/service-role/hybrid`,
    token_ttl: "30m",
    ...role,
  });
  addRole(world, "hybrid", trust, OWN, "service-role/");
  const own = world.accounts[OWN];
  if (own) own.nodes[`eu-west-1/${NODE}`] = node();
  world.asked.length = 0;
  return world;
};

export const asNode = (name = NODE): Caller => session("hybrid", name);

/** What a failing promise tells: status words and texts of the product's own error. */
export const failure = async (promise: Promise<unknown>): Promise<{ code: string; wire: string | undefined }> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VaultError) return { code: error.code, wire: error.wire };
    throw error;
  }
  throw new Error("nothing failed");
};

export const wireOf = async (promise: Promise<unknown>): Promise<string | undefined> => (await failure(promise)).wire;
