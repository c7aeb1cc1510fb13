import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  AddTagsToResourceCommand,
  CreateActivationCommand,
  type CreateActivationCommandInput,
  DeregisterManagedInstanceCommand,
  DescribeActivationsCommand,
  DescribeInstanceInformationCommand,
  type InstanceInformationStringFilter,
  ListTagsForResourceCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createEmbeddedAws, type EmbeddedAws, registerMachine } from "../../../../src/local/aws/index.ts";
import { ACCOUNT_1, ADMIN_2, countingRandom, failureOf, inProcess } from "./support.ts";

let aws: EmbeddedAws;
let ssm: SSMClient;
let iam: IAMClient;
let later: number;
const clock = { now: () => Date.now() + later };
let keys: { publicKey: KeyObject; privateKey: KeyObject };

const ROLE = "service-role/hybrid";
const trust = (service: string): string =>
  JSON.stringify({
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": ACCOUNT_1 },
          ArnEquals: { "aws:SourceArn": `arn:aws:ssm:us-east-1:${ACCOUNT_1}:*` },
        },
      },
    ],
  });
const createRole = (RoleName = "hybrid", service = "ssm.amazonaws.com") =>
  iam.send(new CreateRoleCommand({ RoleName, Path: "/service-role/", AssumeRolePolicyDocument: trust(service) }));

beforeAll(() => {
  keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
});

beforeEach(async () => {
  later = 0;
  aws = await createEmbeddedAws({ clock, random: countingRandom() });
  ssm = new SSMClient(inProcess(aws));
  iam = new IAMClient(inProcess(aws));
  await createRole();
});

const activate = async (more: Partial<CreateActivationCommandInput> = {}) => {
  const made = await ssm.send(new CreateActivationCommand({ IamRole: ROLE, ...more }));
  return { activationId: made.ActivationId ?? "", activationCode: made.ActivationCode ?? "" };
};
const register = async (more?: Partial<CreateActivationCommandInput>) =>
  registerMachine(aws.handle, { ...(await activate(more)), region: "us-east-1", clock, keys });
const describeNodes = async (Filters: InstanceInformationStringFilter[] = [], client = ssm) =>
  (await client.send(new DescribeInstanceInformationCommand({ Filters }))).InstanceInformationList ?? [];
const whoAmI = async (credentials: Parameters<typeof inProcess>[1]) =>
  new STSClient(inProcess(aws, credentials)).send(new GetCallerIdentityCommand({}));

/** A request as the SSM Agent's own signer writes it, spelled out here rather than made by the code under test. */
const agentCall = async (
  operation: string,
  input: unknown,
  signer?: { id: string; key: KeyObject; service?: string },
): Promise<{ status: number; output: Record<string, unknown> }> => {
  const body = Buffer.from(JSON.stringify(input));
  const date = `${new Date(clock.now()).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const headers: Record<string, string> = {
    Host: "ssm.us-east-1.amazonaws.com",
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Date": date,
    "X-Amz-Target": `AmazonSSM.${operation}`,
  };
  if (signer) {
    const hash = createHash("sha256").update(body).digest("hex");
    const canonical = `POST\n/\n\ncontent-length:${body.length}\ncontent-type:application/x-amz-json-1.1\nhost:ssm.us-east-1.amazonaws.com\nx-amz-date:${date}\nx-amz-target:AmazonSSM.${operation}\n\ncontent-length;content-type;host;x-amz-date;x-amz-target\n${hash}`;
    const scope = `${date.slice(0, 8)}/us-east-1/${signer.service ?? "ssm"}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash("sha256").update(canonical).digest("hex")}`;
    const padding = { key: signer.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const signature = sign("sha256", Buffer.from(text), padding).toString("base64");
    headers["Content-Length"] = String(body.length);
    headers["X-Amz-Content-Sha256"] = hash;
    headers["Authorization"] =
      `AWS4-HMAC-SHA256 Credential=${signer.id}/${scope}, SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-target, Signature=${signature}`;
  }
  const reply = await aws.handle({ method: "POST", path: "/", query: "", headers, body });
  return { status: reply.status, output: JSON.parse(Buffer.from(reply.body).toString("utf8")) };
};
const publicKey = (): string => keys.publicKey.export({ type: "spki", format: "der" }).toString("base64");
const agentRegister = async (activation: { activationId: string; activationCode: string }) =>
  agentCall("RegisterManagedInstance", {
    ActivationId: activation.activationId,
    ActivationCode: activation.activationCode,
    PublicKey: publicKey(),
    PublicKeyType: "Rsa",
    Fingerprint: "f",
  });

describe("SSM activations", () => {
  it("count the machines that registered with them", async () => {
    const activation = await activate({ RegistrationLimit: 2, Description: "db hosts" });
    await agentRegister(activation);
    const { ActivationList } = await ssm.send(new DescribeActivationsCommand({}));
    expect(ActivationList).toMatchObject([{ RegistrationsCount: 1, RegistrationLimit: 2, Expired: false }]);
  });

  it.each([
    ["does not exist", "nobody", undefined],
    ["trusts another service", "service-role/other", "ec2.amazonaws.com"],
  ])("are refused for a role that %s", async (_, IamRole, service) => {
    if (service !== undefined) await createRole("other", service);
    const failure = await failureOf(activate({ IamRole }));
    expect(failure.message).toMatch(/^Nonexistent role or missing ssm service principal in trust policy/);
  });

  it.each([
    ["a wrong code", {}, { activationCode: "00000000000000000000" }, 0, "InvalidActivation"],
    ["an unknown id", {}, { activationId: "00000000-0000-4000-8000-000000000000" }, 0, "InvalidActivation"],
    ["its time over", {}, {}, 86_401, "ActivationExpired"],
  ])("register nobody with %s", async (_, more, change, seconds, code) => {
    const activation = { ...(await activate(more)), ...change };
    later = seconds * 1000;
    expect((await agentRegister(activation)).output["__type"]).toBe(code);
  });

  it("register no more machines than allowed", async () => {
    const activation = await activate();
    expect((await agentRegister(activation)).status).toBe(200);
    expect((await agentRegister(activation)).output["__type"]).toBe("RegistrationLimitExceeded");
  });
});

describe("the SSM Agent's key", () => {
  const registered = async (): Promise<string> => String((await agentRegister(await activate())).output["InstanceId"]);
  const token = (id: string, key: KeyObject, Fingerprint = "f", service?: string) =>
    agentCall("RequestManagedInstanceRoleToken", { Fingerprint }, { id, key, ...(service && { service }) });

  it("opens a session of the role, named after the machine", async () => {
    const id = await registered();
    const { output } = await token(id, keys.privateKey);
    const who = await whoAmI({
      accessKeyId: String(output["AccessKeyId"]),
      secretAccessKey: String(output["SecretAccessKey"]),
      sessionToken: String(output["SessionToken"]),
    });
    expect(id).toMatch(/^mi-[0-9a-f]{17}$/);
    expect(who.Arn).toBe(`arn:aws:sts::${ACCOUNT_1}:assumed-role/hybrid/${id}`);
    expect(who.UserId).toMatch(new RegExp(`^AROA[A-Z2-7]{17}:${id}$`));
  });

  it("is refused when it is another machine's", async () => {
    const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { output } = await token(await registered(), stranger.privateKey);
    expect(output["__type"]).toBe("InvalidSignatureException");
  });

  it("is refused on other hardware", async () => {
    const { output } = await token(await registered(), keys.privateKey, "g");
    expect(output["__type"]).toBe("MachineFingerprintDoesNotMatch");
  });

  it("opens nothing but the agent's own operations", async () => {
    const id = await registered();
    const { output } = await agentCall("DescribeInstanceInformation", {}, { id, key: keys.privateKey });
    expect(output["__type"]).toBe("AccessDeniedException");
  });

  it("opens nothing once the role is gone", async () => {
    const id = await registered();
    await iam.send(new DeleteRoleCommand({ RoleName: "hybrid" }));
    expect((await token(id, keys.privateKey)).output["__type"]).toBe("AccessDeniedException");
  });

  it("is needed: an unsigned request for credentials is refused", async () => {
    const { output } = await agentCall("RequestManagedInstanceRoleToken", { Fingerprint: "f" });
    expect(output["__type"]).toBe("MissingAuthenticationTokenException");
  });
});

describe("SSM managed nodes", () => {
  it("are described with what the service knows of them", async () => {
    const machine = await register({ DefaultInstanceName: "db-host-7" });
    const [node, ...others] = await describeNodes([{ Key: "InstanceIds", Values: [machine.instanceId] }]);
    expect(others).toEqual([]);
    expect(node).toMatchObject({
      InstanceId: machine.instanceId,
      PingStatus: "Online",
      ResourceType: "ManagedInstance",
      IamRole: ROLE,
      Name: "db-host-7",
      PlatformType: "Linux",
    });
    expect(node?.RegistrationDate).toBeInstanceOf(Date);
  });

  it("lose their connection without pings, and find it again", async () => {
    const machine = await register();
    later = 601_000;
    expect((await describeNodes())[0]?.PingStatus).toBe("ConnectionLost");
    await machine.ping({ ComputerName: "db7.local" });
    expect((await describeNodes())[0]).toMatchObject({ PingStatus: "Online", ComputerName: "db7.local" });
  });

  it("are forgotten when deregistered, while credentials already given stay good until their end", async () => {
    const machine = await register();
    const session = await machine.credentials();
    await ssm.send(new DeregisterManagedInstanceCommand({ InstanceId: machine.instanceId }));
    expect(await describeNodes()).toEqual([]);
    expect((await whoAmI(session)).Arn).toContain(machine.instanceId);
    expect((await failureOf(machine.credentials())).message).toBe(
      "The security token included in the request is invalid.",
    );
  });

  it("inherit the activation's tags and can be found by them", async () => {
    const machine = await register({ Tags: [{ Key: "env", Value: "prod" }] });
    const which = { ResourceType: "ManagedInstance", ResourceId: machine.instanceId } as const;
    await ssm.send(new AddTagsToResourceCommand({ ...which, Tags: [{ Key: "tier", Value: "db" }] }));
    const { TagList } = await ssm.send(new ListTagsForResourceCommand(which));
    expect(TagList).toEqual([
      { Key: "env", Value: "prod" },
      { Key: "tier", Value: "db" },
    ]);
    expect(await describeNodes([{ Key: "tag:tier", Values: ["db"] }])).toHaveLength(1);
    expect(await describeNodes([{ Key: "tag:tier", Values: ["web"] }])).toHaveLength(0);
  });

  it("are seen in their own account and region only", async () => {
    await register();
    const elsewhere = new SSMClient({ ...inProcess(aws), region: "eu-west-1" });
    expect(await describeNodes([], elsewhere)).toEqual([]);
    expect(await describeNodes([], new SSMClient(inProcess(aws, ADMIN_2)))).toEqual([]);
  });

  it("are refused as unknown when a tag is put on one that is not there", async () => {
    const which = { ResourceType: "ManagedInstance", ResourceId: "mi-00000000000000000" } as const;
    expect((await failureOf(ssm.send(new ListTagsForResourceCommand(which)))).name).toBe("InvalidResourceId");
  });
});
