import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { fromHttp } from "@aws-sdk/credential-providers";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { awsAdapters } from "../../../../src/auth/aws/adapters/index.ts";
import { builtInRows } from "../../../../src/catalog.ts";
import { createEmbeddedAws, type EmbeddedAws } from "../../../../src/local/aws/index.ts";
import type { JsonObject } from "../../../../src/std/json.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { createKiller } from "../../../support/crash.ts";
import { type Answered, makeServer, type TestServer } from "../../../support/make-server.ts";
import { createTestClock } from "../../../support/storage.ts";
import { ACCOUNT_2, ADMIN_1, ADMIN_2, inProcess } from "../../local/aws/support.ts";
import { ACCOUNT, callEc2, type Keys, signedLogin, trust } from "./embedded-support.ts";

/**
 * The stories of `docs/aws-logins.md`, played with the very roles of the page: the whole server before AWS's double, and
 * each platform's client with the credentials or the document that its platform hands to it.
 */

const page = readFileSync(new URL("../../../../docs/aws-logins.md", import.meta.url), "utf8");
/** The JSON blocks of a section: the role, and what follows it. */
const blocksOf = (title: string): readonly JsonObject[] => {
  const section = page.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) => JSON.parse(text));
};
const roleOf = (title: string): JsonObject => {
  const [role] = blocksOf(title);
  if (!role) throw new Error(`the page has no role for ${title}`);
  return role;
};

let aws: EmbeddedAws;
let server: TestServer;
const killer = createKiller();

const createRole = async (name: string, policy: string, administrator: Keys = ADMIN_1, path = "/") => {
  const client = new IAMClient(inProcess(aws, administrator));
  await client.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: policy, Path: path }));
};
const write = async (path: string, body: JsonObject): Promise<void> => {
  const answer = await server.call("POST", path, { body });
  if (answer.status >= 300) throw new Error(`${path}: ${answer.text} ${server.logLines.slice(-3)}`);
};
const logIn = (body: object): Promise<Answered> => server.call("POST", "auth/aws/login", { token: null, body });
interface Auth {
  readonly client_token: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly token_policies: readonly string[];
}
const authOf = (answer: Answered): Auth => {
  if (answer.status !== 200) throw new Error(answer.text);
  return (answer.body as unknown as { auth: Auth }).auth;
};
const errorOf = ({ status, body }: Answered) => ({ status, error: (body as { errors?: string[] }).errors?.[0] });
const readSecret = (token: string) => server.call("GET", "secret/data/app", { token });
const session = (service: string, roleName: string, sessionName: string, accountId = ACCOUNT) =>
  aws.serviceCredentials({ accountId, roleName, service, sessionName });

beforeAll(async () => {
  // AWS's signatures are checked against the real clock, which SDKs sign by
  const clock = createTestClock(Date.now());
  aws = await createEmbeddedAws({ clock: { now: () => Date.now() }, random: systemRandom });
  const adapters = awsAdapters({
    region: "us-east-1",
    clock,
    credentials: async () => ADMIN_1,
    requestHandler: { ...aws.requestHandler },
    environment: {},
  });
  server = await makeServer({
    clock,
    crash: killer.crash,
    rows: builtInRows({ aws: () => ({ ...adapters, region: "us-east-1" }) }),
  });
  await write("sys/auth/aws", { type: "aws" });
  await write("sys/mounts/secret", { type: "kv", options: { version: "2" } });
  await write("secret/data/app", { data: { key: "value" } });
  for (const name of ["app", "orders", "billing", "report", "fleet"])
    await write(`sys/policy/${name}`, { policy: 'path "secret/data/app" { capabilities = ["read"] }' });
  await write("auth/aws/config/identity", {
    iam_alias: "unique_id",
    iam_metadata: "account_id,auth_type,canonical_arn,client_arn",
    ec2_alias: "instance_id",
  });
});
afterAll(async () => {
  await server.dynamo.close();
  await aws.close();
});

describe("Lambda", () => {
  beforeAll(async () => {
    await createRole("orders-function", trust("lambda.amazonaws.com"), ADMIN_1, "/service-role/");
    await createRole("other-function", trust("lambda.amazonaws.com"));
    await write("auth/aws/role/orders", roleOf("Lambda"));
  });

  it("a function logs in with its execution role, and reads its secret", async () => {
    const auth = authOf(
      await logIn(await signedLogin(await session("lambda.amazonaws.com", "orders-function", "orders"), "orders")),
    );
    expect(auth.metadata).toMatchObject({
      account_id: ACCOUNT,
      auth_type: "iam",
      canonical_arn: `arn:aws:iam::${ACCOUNT}:role/orders-function`,
      client_arn: `arn:aws:sts::${ACCOUNT}:assumed-role/orders-function/orders`,
    });
    expect((await readSecret(auth.client_token)).status).toBe(200);
  });

  it("environments that start together sign the same bytes, and all get in", async () => {
    const body = await signedLogin(await session("lambda.amazonaws.com", "orders-function", "orders"), "orders");
    const answers = await Promise.all(Array.from({ length: 5 }, () => logIn(body)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it("a function with another role does not, whatever it calls itself", async () => {
    const other = await session("lambda.amazonaws.com", "other-function", "orders");
    expect(errorOf(await logIn(await signedLogin(other, "orders")))).toEqual({
      status: 400,
      error: `IAM Principal "arn:aws:sts::${ACCOUNT}:assumed-role/other-function/orders" does not belong to the role "orders"`,
    });
  });
});

describe("ECS", () => {
  const TASK = "4f2b3c5d6e7f8a9b0c1d2e3f4a5b6c7d";
  let agent: Server;
  let uri: string;
  beforeAll(async () => {
    await createRole("billing-task", trust("ecs-tasks.amazonaws.com"));
    await createRole("billing-execution", trust("ecs-tasks.amazonaws.com"));
    await write("auth/aws/role/billing", roleOf("ECS and Fargate"));
    // what the agent answers a task at AWS_CONTAINER_CREDENTIALS_FULL_URI (or, on Fargate, _RELATIVE_URI)
    agent = createServer(async (request, response) => {
      if (request.url !== "/v2/credentials/task" || request.headers.authorization !== "task-token") {
        response.writeHead(403).end("{}");
        return;
      }
      const made = await session("ecs-tasks.amazonaws.com", "billing-task", TASK);
      response.writeHead(200, { "content-type": "application/json" }).end(
        JSON.stringify({
          RoleArn: `arn:aws:iam::${ACCOUNT}:role/billing-task`,
          AccessKeyId: made.accessKeyId,
          SecretAccessKey: made.secretAccessKey,
          Token: made.sessionToken,
          Expiration: new Date(made.expires).toISOString(),
        }),
      );
    });
    await new Promise<void>((resolve) => agent.listen(0, "127.0.0.1", resolve));
    const address = agent.address();
    uri = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/v2/credentials/task`;
  });
  afterAll(() => new Promise((resolve) => agent.close(resolve)));

  it("a task logs in with its task role, from AWS_CONTAINER_CREDENTIALS", async () => {
    const provider = fromHttp({ awsContainerCredentialsFullUri: uri, awsContainerAuthorizationToken: "task-token" });
    const { accessKeyId, secretAccessKey, sessionToken } = await provider();
    const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
    const auth = authOf(await logIn(await signedLogin(keys, "billing")));
    expect(auth.metadata).toMatchObject({
      client_arn: `arn:aws:sts::${ACCOUNT}:assumed-role/billing-task/${TASK}`,
    });
    expect((await readSecret(auth.client_token)).status).toBe(200);
  });

  it("the execution role, with which images are pulled, is not the task", async () => {
    const execution = await session("ecs-tasks.amazonaws.com", "billing-execution", TASK);
    expect(errorOf(await logIn(await signedLogin(execution, "billing"))).status).toBe(400);
  });
});

describe("roles of another account", () => {
  const [exact = {}, trustOfReader = {}] = blocksOf("Roles of another account");
  const login = async (roleName: string, role: string) =>
    logIn(await signedLogin(await session("lambda.amazonaws.com", roleName, "job", ACCOUNT_2), role));
  beforeAll(async () => {
    await createRole("report", trust("lambda.amazonaws.com"), ADMIN_2, "/jobs/");
    await createRole("zeroth-reader", JSON.stringify(trustOfReader), ADMIN_2);
  });

  it("an exact ARN without its unique id needs nothing in the other account", async () => {
    await write("auth/aws/role/exact", exact);
    expect(authOf(await login("report", "exact")).metadata).toMatchObject({ account_id: ACCOUNT_2 });
  });

  it("unique ids and wildcards are looked up there, with config/sts and its external id alone", async () => {
    const pattern = { bound_iam_principal_arn: `arn:aws:iam::${ACCOUNT_2}:role/jobs/*`, token_policies: "app" };
    const unique = { bound_iam_principal_arn: `arn:aws:iam::${ACCOUNT_2}:role/jobs/report`, token_policies: "app" };
    await write("auth/aws/role/pattern", pattern);
    expect(errorOf(await login("report", "pattern")).error).toMatch(
      /unable to fetch client for account ID "444455556666"/,
    );
    expect((await server.call("POST", "auth/aws/role/unique", { body: unique })).status).toBe(400);

    const sts_role = `arn:aws:iam::${ACCOUNT_2}:role/zeroth-reader`;
    await write(`auth/aws/config/sts/${ACCOUNT_2}`, { sts_role });
    expect(errorOf(await login("report", "pattern")).status).toBe(502);
    await write(`auth/aws/config/sts/${ACCOUNT_2}`, { sts_role, external_id: "zeroth-7f3a" });
    await write("auth/aws/role/unique", unique);
    for (const role of ["pattern", "unique"])
      expect((await readSecret(authOf(await login("report", role)).client_token)).status).toBe(200);
  });
});

describe("EC2 by identity document", () => {
  const CERTIFICATES = ["pkcs7", "identity"] as const;
  let id: string;
  const launch = async (credentials: Keys = ADMIN_1): Promise<string> => {
    const launched = await callEc2(
      aws,
      {
        Action: "RunInstances",
        MinCount: "1",
        MaxCount: "1",
        ImageId: "ami-0123456789abcdef0",
        ...(credentials === ADMIN_1 ? { "IamInstanceProfile.Name": "fleet" } : {}),
      },
      credentials,
    );
    return /<instanceId>(.*?)<\/instanceId>/.exec(launched)?.[1] ?? "";
  };
  const identity = (instanceId = id, accountId = ACCOUNT) => aws.instanceIdentity({ accountId, instanceId });
  const state = (Action: string) => callEc2(aws, { Action, "InstanceId.1": id });
  const tag = (value: string) =>
    callEc2(aws, { Action: "CreateTags", "ResourceId.1": id, "Tag.1.Key": "vault-role", "Tag.1.Value": value });

  beforeAll(async () => {
    const iam = new IAMClient(inProcess(aws));
    await createRole("fleet", trust("ec2.amazonaws.com"));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "fleet" }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "fleet", RoleName: "fleet" }));
    id = await launch();
    const { certificate: aws_public_cert } = await identity();
    for (const type of CERTIFICATES)
      await write(`auth/aws/config/certificate/double-${type}`, { aws_public_cert, type });
    await write("auth/aws/role/fleet", roleOf("EC2 instances"));
  });

  it("an instance logs in, keeps its nonce over a reboot and a stop and start, and is cut off when it stops", async () => {
    const { rsa2048 } = await identity();
    const first = authOf(await logIn({ role: "fleet", pkcs7: rsa2048 }));
    const nonce = first.metadata["nonce"];
    expect(first.metadata).toEqual({
      account_id: ACCOUNT,
      auth_type: "ec2",
      nonce,
      role: "fleet",
      role_tag_max_ttl: "0s",
    });
    expect((await readSecret(first.client_token)).status).toBe(200);
    expect(errorOf(await logIn({ role: "fleet", pkcs7: rsa2048 }))).toEqual({
      status: 400,
      error: "client nonce mismatch",
    });

    const { document, signature } = await identity();
    const base64 = Buffer.from(document).toString("base64");
    authOf(await logIn({ role: "fleet", identity: base64, signature, nonce }));
    await state("StopInstances");
    const renew = () => server.call("POST", "auth/token/renew-self", { token: first.client_token, body: {} });
    expect(errorOf(await renew()).status).toBe(400);
    expect(errorOf(await logIn({ role: "fleet", pkcs7: rsa2048, nonce })).error).toBe(
      "failed to verify instance ID: instance is not in 'running' state",
    );
    await state("StartInstances");
    const again = authOf(await logIn({ role: "fleet", pkcs7: (await identity()).rsa2048, nonce }));
    expect(again.metadata["nonce"]).toBeUndefined();
    expect((await renew()).status).toBe(200);
    await server.call("DELETE", `auth/aws/identity-accesslist/${id}`);
    expect(errorOf(await renew()).error).toContain("failed to verify the access list identity entry for instance ID");
  });

  it("no log and no audit line holds the nonce, and no later answer", async () => {
    await server.call("DELETE", `auth/aws/identity-accesslist/${id}`);
    const made = authOf(await logIn({ role: "fleet", pkcs7: (await identity()).rsa2048 }));
    const nonce = made.metadata["nonce"] ?? "";
    expect(nonce).toHaveLength(36);
    const sent = await logIn({ role: "fleet", pkcs7: (await identity()).rsa2048, nonce });
    expect(sent.status).toBe(200);
    const lookup = await server.call("GET", "auth/token/lookup-self", { token: made.client_token });
    expect(lookup.text).not.toContain(nonce);
    expect([...server.auditLines, ...server.logLines].join("\n")).not.toContain(nonce);
  });

  it.each(["before", "after"] as const)(
    "S25 a login that dies %s its token is made lets no second caller in",
    async (when) => {
      await server.call("DELETE", `auth/aws/identity-accesslist/${id}`);
      const { rsa2048: pkcs7 } = await identity();
      killer.kill("login.token", when);
      expect((await logIn({ role: "fleet", pkcs7, nonce: "mine" })).status).toBe(500);
      for (const stranger of [{ nonce: "theirs" }, {}])
        expect(errorOf(await logIn({ role: "fleet", pkcs7, ...stranger })).error).toBe("client nonce mismatch");
      // the instance comes back with the nonce that is its own
      authOf(await logIn({ role: "fleet", pkcs7, nonce: "mine" }));
    },
  );

  it("S25 of ten first logins at once over the table, one gets a token", async () => {
    await server.call("DELETE", `auth/aws/identity-accesslist/${id}`);
    const { rsa2048: pkcs7 } = await identity();
    const nonces = Array.from({ length: 10 }, (_, index) => `nonce-${index}`);
    const answers = await Promise.all(nonces.map((nonce) => logIn({ role: "fleet", pkcs7, nonce })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));
  });

  it("a role tag gives an instance less, and a denied one nothing", async () => {
    await write("auth/aws/role/tagged", {
      auth_type: "ec2",
      bound_account_id: ACCOUNT,
      role_tag: "vault-role",
      token_policies: "app,admin",
    });
    await server.call("DELETE", `auth/aws/identity-accesslist/${id}`);
    const { pkcs7 } = { pkcs7: (await identity()).rsa2048 };
    const enter = () => logIn({ role: "tagged", pkcs7, nonce: "n" });
    expect(errorOf(await enter()).error).toBe('missing tag with key "vault-role" on the instance');
    const { data } = await server.call("POST", "auth/aws/role/tagged/tag", {
      body: { policies: "app", instance_id: id },
    });
    await tag(String(data["tag_value"]));
    expect(authOf(await enter()).token_policies).toEqual(["app", "default"]);
    const denied = Buffer.from(String(data["tag_value"])).toString("base64");
    await write(`auth/aws/roletag-denylist/${denied}`, {});
    expect(errorOf(await enter()).error).toBe("role tag is deny listed");
  });

  it("an instance of another account is asked about through config/sts", async () => {
    const other = await launch(ADMIN_2);
    const { rsa2048: pkcs7 } = await identity(other, ACCOUNT_2);
    await write("auth/aws/role/theirs", { auth_type: "ec2", bound_account_id: ACCOUNT_2, token_policies: "app" });
    expect(authOf(await logIn({ role: "theirs", pkcs7 })).metadata).toMatchObject({ account_id: ACCOUNT_2 });
    await server.call("DELETE", `auth/aws/config/sts/${ACCOUNT_2}`);
    expect(errorOf(await logIn({ role: "theirs", pkcs7 })).error).toMatch(/unable to fetch client for account ID/);
  });

  it("V12 is not taken when the double's certificate is not pinned any more", async () => {
    const { rsa2048: pkcs7 } = await identity();
    for (const type of CERTIFICATES) await server.call("DELETE", `auth/aws/config/certificate/double-${type}`);
    expect(errorOf(await logIn({ role: "fleet", pkcs7 }))).toEqual({
      status: 400,
      error: "failed to verify the signature: no certificate for signer",
    });
  });
});
