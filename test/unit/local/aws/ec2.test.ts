import { verify, X509Certificate } from "node:crypto";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";
import { XMLParser } from "fast-xml-parser";
import type { EmbeddedAws } from "../../../../src/local/aws/index.ts";
import { ACCOUNT_1, ADMIN_1, inProcess, Sha256, startAws } from "./support.ts";

let aws: EmbeddedAws;
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "item" });

beforeEach(async () => {
  aws = await startAws();
  const iam = new IAMClient(inProcess(aws));
  const Statement = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
  const role = { RoleName: "web", AssumeRolePolicyDocument: JSON.stringify({ Statement }) };
  await iam.send(new CreateRoleCommand(role));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "web" }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "web", RoleName: "web" }));
});

const ec2 = async (parameters: Record<string, string>) => {
  const hostname = "ec2.us-east-1.amazonaws.com";
  const body = new URLSearchParams({ ...parameters, Version: "2016-11-15" }).toString();
  const headers = { host: hostname, "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const signer = new SignatureV4({ service: "ec2", region: "us-east-1", credentials: ADMIN_1, sha256: Sha256 });
  const signed = await signer.sign({ method: "POST", protocol: "https:", hostname, path: "/", headers, body });
  const reply = await aws.handle({
    method: "POST",
    path: "/",
    query: "",
    headers: signed.headers,
    body: Buffer.from(body),
  });
  return parser.parse(Buffer.from(reply.body).toString("utf8"));
};

const launch = async (): Promise<string> => {
  const answer = await ec2({
    Action: "RunInstances",
    ImageId: "ami-0123456789abcdef0",
    MinCount: "1",
    MaxCount: "1",
    "IamInstanceProfile.Name": "web",
    "TagSpecification.1.ResourceType": "instance",
    "TagSpecification.1.Tag.1.Key": "Name",
    "TagSpecification.1.Tag.1.Value": "web-1",
  });
  return answer.RunInstancesResponse.instancesSet.item[0].instanceId;
};

describe("EC2 instances", () => {
  it("are tagged and untagged", async () => {
    const id = await launch();
    const tagsOf = async () => {
      const answer = await ec2({ Action: "DescribeInstances", "InstanceId.1": id });
      const { tagSet } = answer.DescribeInstancesResponse.reservationSet.item[0].instancesSet.item[0];
      return (tagSet.item ?? []).map(({ key, value }: { key: string; value: string }) => `${key}=${value}`);
    };
    await ec2({ Action: "CreateTags", "ResourceId.1": id, "Tag.1.Key": "a", "Tag.1.Value": "1" });
    expect(await tagsOf()).toEqual(["Name=web-1", "a=1"]);
    await ec2({ Action: "DeleteTags", "ResourceId.1": id, "Tag.1.Key": "Name" });
    expect(await tagsOf()).toEqual(["a=1"]);
    const unknown = await ec2({ Action: "CreateTags", "ResourceId.1": "i-0ffffffffffffffff", "Tag.1.Key": "a" });
    expect(unknown.Response.Errors.Error.Code).toBe("InvalidInstanceID.NotFound");
  });

  it("say who they are, signed by the double's own certificate, while they run", async () => {
    const instanceId = await launch();
    const where = { accountId: ACCOUNT_1, instanceId };
    const { document, signature, rsa2048, certificate } = await aws.instanceIdentity(where);
    expect(JSON.parse(document)).toMatchObject({ accountId: ACCOUNT_1, instanceId, region: "us-east-1" });
    const { publicKey } = new X509Certificate(certificate);
    expect(verify("sha256", Buffer.from(document), publicKey, Buffer.from(signature, "base64"))).toBe(true);
    expect(Buffer.from(rsa2048, "base64").toString("latin1")).toContain(document);
    await ec2({ Action: "StopInstances", "InstanceId.1": instanceId });
    await expect(aws.instanceIdentity(where)).rejects.toThrow("is not running");
  });

  it("are described as they were launched", async () => {
    const id = await launch();
    const answer = await ec2({ Action: "DescribeInstances", "InstanceId.1": id });
    const [reservation] = answer.DescribeInstancesResponse.reservationSet.item;
    expect(reservation.ownerId).toBe(ACCOUNT_1);
    expect(reservation.instancesSet.item).toMatchObject([
      {
        instanceId: id,
        imageId: "ami-0123456789abcdef0",
        instanceState: { code: "16", name: "running" },
        iamInstanceProfile: { arn: `arn:aws:iam::${ACCOUNT_1}:instance-profile/web` },
        tagSet: { item: [{ key: "Name", value: "web-1" }] },
      },
    ]);
  });

  it("are found by state", async () => {
    const id = await launch();
    await ec2({ Action: "TerminateInstances", "InstanceId.1": id });
    const filter = { "Filter.1.Name": "instance-state-name", "Filter.1.Value.1": "running" };
    const answer = await ec2({ Action: "DescribeInstances", ...filter });
    expect(answer.DescribeInstancesResponse.reservationSet).toBe("");
  });

  it.each([
    ["i-00000000000000000", "InvalidInstanceID.NotFound"],
    ["web-1", "InvalidInstanceID.Malformed"],
  ])("are not found as %s", async (id, code) => {
    const answer = await ec2({ Action: "DescribeInstances", "InstanceId.1": id });
    expect(answer.Response.Errors.Error.Code).toBe(code);
  });

  it("hand out their role's session, named after themselves, while they run", async () => {
    const instanceId = await launch();
    const session = await aws.instanceCredentials({ accountId: ACCOUNT_1, instanceId });
    const who = await new STSClient(inProcess(aws, session)).send(new GetCallerIdentityCommand({}));
    expect(who.Arn).toBe(`arn:aws:sts::${ACCOUNT_1}:assumed-role/web/${instanceId}`);
    await ec2({ Action: "StopInstances", "InstanceId.1": instanceId });
    await expect(aws.instanceCredentials({ accountId: ACCOUNT_1, instanceId })).rejects.toThrow(
      "not a running instance",
    );
  });
});
