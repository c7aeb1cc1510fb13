import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { DescribeInstanceInformationCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createEmbeddedAws, type EmbeddedAws } from "../../../../src/local/aws/index.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { systemClock } from "../../../../src/std/time.ts";
import { ACCOUNT_1, ADMIN_1, ADMIN_2, failureOf, inProcess, movableClock, startAws } from "./support.ts";

const table = {
  TableName: "things",
  KeySchema: [{ AttributeName: "pk", KeyType: "HASH" as const }],
  AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" as const }],
  BillingMode: "PAY_PER_REQUEST" as const,
};
const Key = { pk: { S: "a" } };

describe("the doubles on a socket", () => {
  let aws: EmbeddedAws;
  let url: string;
  const over = (credentials = ADMIN_1) => ({ region: "us-east-1", endpoint: url, credentials, maxAttempts: 1 });

  beforeEach(async () => {
    aws = await startAws();
    url = (await aws.listen({ host: "127.0.0.1", port: 0 })).url;
  });
  afterEach(() => aws.close());

  it("serve STS, KMS, SSM and IAM clients with an endpoint override", async () => {
    expect((await new STSClient(over()).send(new GetCallerIdentityCommand({}))).Account).toBe(ACCOUNT_1);
    expect((await new KMSClient(over()).send(new CreateKeyCommand({}))).KeyMetadata?.Enabled).toBe(true);
    const nodes = await new SSMClient(over()).send(new DescribeInstanceInformationCommand({}));
    expect(nodes.InstanceInformationList).toEqual([]);
    const failure = await failureOf(new IAMClient(over()).send(new GetRoleCommand({ RoleName: "none" })));
    expect(failure.name).toBe("NoSuchEntityException");
  });

  it("say their time, so that a client whose clock is hours off corrects itself", async () => {
    const clock = movableClock();
    const ahead = await createEmbeddedAws({ clock, random: systemRandom });
    try {
      const { requestHandler } = inProcess(ahead);
      const kms = new KMSClient({ region: "us-east-1", credentials: ADMIN_1, requestHandler });
      expect((await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Enabled).toBe(true);
      clock.advance(7_200);
      expect((await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Enabled).toBe(true);
    } finally {
      await ahead.close();
    }
  });

  it("serve DynamoDB, to each account its own tables", async () => {
    const dynamo = new DynamoDBClient(over());
    await dynamo.send(new CreateTableCommand(table));
    await dynamo.send(new PutItemCommand({ TableName: "things", Item: Key }));
    expect((await dynamo.send(new GetItemCommand({ TableName: "things", Key }))).Item).toEqual(Key);
    const stranger = new DynamoDBClient(over(ADMIN_2)).send(new GetItemCommand({ TableName: "things", Key }));
    expect((await failureOf(stranger)).name).toBe("ResourceNotFoundException");
  });

  it("refuse DynamoDB to a wrong secret in DynamoDB's words", async () => {
    const dynamo = new DynamoDBClient(over({ ...ADMIN_1, secretAccessKey: "wrong" }));
    const failure = await failureOf(dynamo.send(new GetItemCommand({ TableName: "things", Key })));
    expect(failure.name).toBe("InvalidSignatureException");
  });

  it("refuse a request with two Authorization headers", async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = ["host", "127.0.0.1", "authorization", "a", "authorization", "b", "content-length", "0"];
      httpRequest(url, { method: "POST", headers }, (response) => resolve(response.statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(400);
  });

  it("answer an unsigned request with MissingAuthenticationToken", async () => {
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining("<Code>MissingAuthenticationToken</Code>"),
    ]);
  });
});

describe("the doubles with a folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "embedded-aws-"));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const open = () => createEmbeddedAws({ clock: systemClock, random: systemRandom, dataDir: join(folder, "data") });

  it("remember keys, roles and tables", async () => {
    const first = await open();
    const kms = new KMSClient(inProcess(first));
    const KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId;
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("hello") }));
    const trust = JSON.stringify({
      Statement: { Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" },
    });
    const role = { RoleName: "app", AssumeRolePolicyDocument: trust };
    const made = await new IAMClient(inProcess(first)).send(new CreateRoleCommand(role));
    await new DynamoDBClient(inProcess(first)).send(new CreateTableCommand(table));
    await first.close();

    const second = await open();
    const opened = await new KMSClient(inProcess(second)).send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("hello");
    const found = await new IAMClient(inProcess(second)).send(new GetRoleCommand({ RoleName: "app" }));
    expect(found.Role?.RoleId).toBe(made.Role?.RoleId);
    const put = new PutItemCommand({ TableName: "things", Item: Key });
    await new DynamoDBClient(inProcess(second)).send(put);
    await second.close();
  });

  it("keep their file from other users", async () => {
    const aws = await open();
    await aws.close();
    expect((await stat(join(folder, "data", "aws.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "data"))).mode & 0o777).toBe(0o700);
  });

  it("have a change on the disk before they answer it, however many come at once", async () => {
    const aws = await open();
    const kms = new KMSClient(inProcess(aws));
    const made = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? "none";
        return (await readFile(join(folder, "data", "aws.json"), "utf8")).includes(KeyId);
      }),
    );
    expect(made.every(Boolean)).toBe(true);
    await aws.close();
  });
});
