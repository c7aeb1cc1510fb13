import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { CreateActivationCommand, DeregisterManagedInstanceCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";
import { awsAdapters } from "../../../../src/auth/aws/adapters/index.ts";
import { awsAuth } from "../../../../src/auth/aws/backend.ts";
import { type Directory, LookupFailed } from "../../../../src/auth/aws/ports.ts";
import { createEmbeddedAws, type EmbeddedAws, registerMachine } from "../../../../src/local/aws/index.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { systemClock } from "../../../../src/std/time.ts";
import { createHarness, type Harness } from "../../../support/backend-harness.ts";
import { createMemoryView } from "../../../support/memory-view.ts";
import { ACCOUNT_2, ADMIN_1, ADMIN_2, inProcess, Sha256 } from "../../local/aws/support.ts";
import { ACCOUNT, callEc2, type Keys, signedLogin, trust } from "./embedded-support.ts";
import { failure, wireOf } from "./support.ts";

describe("the AWS login over the embedded AWS", () => {
  let aws: EmbeddedAws;
  let mount: Harness;
  const adapters = (credentials: Keys = ADMIN_1) =>
    awsAdapters({
      region: "us-east-1",
      clock: systemClock,
      credentials: async () => credentials,
      // The SDK's type for handlers admits any record; this is what one becomes when spread.
      requestHandler: { ...aws.requestHandler },
      environment: {},
    });
  /** A mount that remembers nothing yet. */
  const newMount = () =>
    createHarness(awsAuth({ ...adapters(), region: "us-east-1" }), { view: createMemoryView(), clock: systemClock });
  const createRole = async (name: string, policy: string) => {
    const client = new IAMClient(inProcess(aws));
    await client.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: policy }));
  };

  const ec2 = (parameters: Record<string, string>) => callEc2(aws, parameters);

  beforeAll(async () => {
    aws = await createEmbeddedAws({ clock: systemClock, random: systemRandom });
    mount = newMount();
    await createRole("hybrid", trust("ssm.amazonaws.com"));
    await createRole("function", trust("lambda.amazonaws.com"));
    await mount.request("update", "role/node", {
      inferred_entity_type: "ssm_managed_instance",
      inferred_aws_region: "us-east-1",
      bound_iam_principal_arn: `arn:aws:iam::${ACCOUNT}:role/hybrid`,
    });
    await mount.request("update", "role/any", { bound_iam_principal_arn: `arn:aws:iam::${ACCOUNT}:*` });
  });
  afterAll(() => aws.close());

  it("lets an enrolled machine in by the credentials on its disk, until it is deregistered", async () => {
    const ssm = new SSMClient(inProcess(aws));
    const made = await ssm.send(new CreateActivationCommand({ IamRole: "hybrid", RegistrationLimit: 1 }));
    const machine = await registerMachine(aws.handle, {
      activationId: made.ActivationId ?? "",
      activationCode: made.ActivationCode ?? "",
      region: "us-east-1",
      clock: systemClock,
    });
    await machine.ping({ PlatformType: "Linux" });
    const credentials = await machine.credentials();
    const { reply } = await mount.request("update", "login", await signedLogin(credentials, "node"));
    expect(reply?.auth).toMatchObject({
      displayName: `hybrid/${machine.instanceId}`,
      metadata: { inferred_entity_id: machine.instanceId, inferred_aws_region: "us-east-1", account_id: ACCOUNT },
    });

    await ssm.send(new DeregisterManagedInstanceCommand({ InstanceId: machine.instanceId }));
    const other = newMount();
    await other.request("update", "role/node", {
      inferred_entity_type: "ssm_managed_instance",
      inferred_aws_region: "us-east-1",
      bound_iam_principal_arn: `arn:aws:iam::${ACCOUNT}:role/hybrid`,
    });
    expect(await wireOf(other.request("update", "login", await signedLogin(credentials, "node")))).toBe(
      `failed to verify ${machine.instanceId} as an SSM managed instance: not registered in region(s) us-east-1`,
    );
  });

  it("takes users and other sessions by wildcard", async () => {
    const { reply } = await mount.request("update", "login", await signedLogin(ADMIN_1, "any"));
    expect(reply?.auth).toMatchObject({ displayName: "administrator" });
    const lambda = await aws.serviceCredentials({
      accountId: ACCOUNT,
      roleName: "function",
      service: "lambda.amazonaws.com",
      sessionName: "mi-0a1b2c3d4e5f60718",
    });
    const second = await mount.request("update", "login", await signedLogin(lambda, "any"));
    expect(second.reply?.auth).toMatchObject({ displayName: "function/mi-0a1b2c3d4e5f60718" });
  });

  it("takes what the JavaScript SDK signs, with all the headers it adds", async () => {
    const client = new STSClient({ region: "us-east-1", credentials: ADMIN_1, requestHandler: aws.requestHandler });
    let seen: { hostname: string; headers: Record<string, string>; body?: unknown } | undefined;
    client.middlewareStack.add(
      (next) => async (args) => {
        seen = args.request as typeof seen;
        return next(args);
      },
      { step: "finalizeRequest", priority: "low", name: "seen" },
    );
    await client.send(new GetCallerIdentityCommand({}));
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const { reply } = await mount.request("update", "login", {
      role: "any",
      iam_http_request_method: "POST",
      iam_request_url: base64(`https://${seen?.hostname}/`),
      iam_request_body: base64(String(seen?.body)),
      iam_request_headers: base64(JSON.stringify(seen?.headers)),
    });

    expect(String(seen?.headers["authorization"])).toMatch(/amz-sdk-invocation-id;amz-sdk-request;.*x-amz-user-agent/);
    expect(reply?.auth).toMatchObject({ displayName: "administrator" });
  });

  it("takes GetCallerIdentity signed as GET, with a User-Agent among the signed headers", async () => {
    const hostname = "sts.us-east-1.amazonaws.com";
    const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
    const signer = new SignatureV4({ service: "sts", region: "us-east-1", credentials: ADMIN_1, sha256: Sha256 });
    const headers = { host: hostname, "user-agent": "test", "x-amz-user-agent": "test" };
    const request = { method: "GET", protocol: "https:", hostname, path: "/", query, headers };
    const signed = await signer.sign(request, { signableHeaders: new Set(["user-agent"]) });
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const { reply } = await mount.request("update", "login", {
      role: "any",
      iam_http_request_method: "GET",
      iam_request_url: base64(`https://${hostname}/?Action=GetCallerIdentity&Version=2011-06-15`),
      iam_request_body: "",
      iam_request_headers: base64(JSON.stringify(signed.headers)),
    });

    expect(reply?.auth).toMatchObject({ displayName: "administrator" });
  });

  it("S20 does not take a function that is named like a node for the node", async () => {
    await createRole(
      "both",
      trust("ssm.amazonaws.com").replace('"ssm.amazonaws.com"', '["ssm.amazonaws.com","lambda.amazonaws.com"]'),
    );
    await mount.request("update", "role/wild", {
      inferred_entity_type: "ssm_managed_instance",
      inferred_aws_region: "us-east-1",
      bound_iam_principal_arn: `arn:aws:iam::${ACCOUNT}:role/*`,
    });
    const lambda = await aws.serviceCredentials({
      accountId: ACCOUNT,
      roleName: "both",
      service: "lambda.amazonaws.com",
      sessionName: "mi-0a1b2c3d4e5f60718",
    });
    expect(await wireOf(mount.request("update", "login", await signedLogin(lambda, "wild")))).toMatch(
      /role trust policy allows principals other than Systems Manager$/,
    );
  });

  it("V02 refuses a signature that is not by the key it names", async () => {
    const forged = { ...ADMIN_1, secretAccessKey: "not-the-secret" };
    expect(await failure(mount.request("update", "login", await signedLogin(forged, "any")))).toEqual({
      code: "invalid_request",
      wire: "error making upstream request: received error code 403 from STS",
    });
  });

  it("S20 takes a running instance by its profile's session, and a stopped one no more", async () => {
    const iam = new IAMClient(inProcess(aws));
    await createRole("web", trust("ec2.amazonaws.com"));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "web" }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "web", RoleName: "web" }));
    const launched = await ec2({
      Action: "RunInstances",
      MinCount: "1",
      MaxCount: "1",
      "IamInstanceProfile.Name": "web",
      "TagSpecification.1.ResourceType": "instance",
      "TagSpecification.1.Tag.1.Key": "Name",
      "TagSpecification.1.Tag.1.Value": "a & <b>",
    });
    const id = /<instanceId>(.*?)<\/instanceId>/.exec(launched)?.[1] ?? "";
    await mount.request("update", "role/web", {
      inferred_entity_type: "ec2_instance",
      inferred_aws_region: "us-east-1",
      bound_iam_principal_arn: `arn:aws:iam::${ACCOUNT}:role/web`,
      bound_account_id: ACCOUNT,
      bound_iam_role_arn: `arn:aws:iam::${ACCOUNT}:role/web`,
    });
    const credentials = await aws.instanceCredentials({ accountId: ACCOUNT, instanceId: id });
    const { reply } = await mount.request("update", "login", await signedLogin(credentials, "web"));
    expect(reply?.auth).toMatchObject({ displayName: `web/${id}`, internal: { inferred_entity_id: id } });
    await ec2({ Action: "StopInstances", "InstanceId.1": id });
    expect(await wireOf(mount.request("update", "login", await signedLogin(credentials, "web")))).toMatch(
      /instance is not in 'running' state$/,
    );
  });

  it("tells what does not exist from what cannot be asked about", async () => {
    const scope = { account: ACCOUNT, partition: "aws" } as const;
    const [good, bad] = [adapters().directory, adapters({ ...ADMIN_1, secretAccessKey: "wrong" }).directory];
    const questions = [
      (directory: Directory) => directory.instance(scope, "us-east-1", "i-0abc1234def567890"),
      (directory: Directory) => directory.role(scope, "nobody"),
      (directory: Directory) => directory.user(scope, "nobody"),
      (directory: Directory) => directory.instanceProfile(scope, "nobody"),
      (directory: Directory) => directory.managedInstance(scope, "us-east-1", "mi-0a1b2c3d4e5f60718"),
    ];
    for (const ask of questions) {
      await expect(ask(good)).resolves.toBeUndefined();
      await expect(ask(bad)).rejects.toThrow(LookupFailed);
    }
    await expect(good.ownAccount()).resolves.toBe(ACCOUNT);
    await expect(bad.ownAccount()).rejects.toThrow(LookupFailed);
  });

  it("looks into another account by assuming the role that is configured for it", async () => {
    const other = new IAMClient(inProcess(aws, ADMIN_2));
    const policy = {
      Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" }],
    };
    await other.send(new CreateRoleCommand({ RoleName: "look", AssumeRolePolicyDocument: JSON.stringify(policy) }));
    await mount.request("update", "role/people", { bound_iam_principal_arn: `arn:aws:iam::${ACCOUNT_2}:user/*` });
    const login = () => signedLogin(ADMIN_2, "people").then((body) => mount.request("update", "login", body));
    expect(await wireOf(login())).toMatch(/unable to fetch client for account ID "444455556666"/);
    await mount.request("update", `config/sts/${ACCOUNT_2}`, { sts_role: `arn:aws:iam::${ACCOUNT_2}:role/look` });
    expect((await login()).reply?.auth).toMatchObject({ metadata: { account_id: ACCOUNT_2 } });
  });
});
