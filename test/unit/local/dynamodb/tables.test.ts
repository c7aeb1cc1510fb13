import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "@jest/globals";
import { type Bench, clientOf, errorOf, key, openBench, TABLE, tableInput } from "./fixture.ts";

const table = async ({ client }: Bench) => (await client.send(new DescribeTableCommand({ TableName: TABLE }))).Table;

describe("tables", () => {
  it("are there in the moment they are made", async () => {
    const { client } = await openBench();
    const { state } = await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: TABLE });
    expect(state).toBe("SUCCESS");
  });

  it("are described with ARN, stream, encryption and protection", async () => {
    const bench = await openBench({
      StreamSpecification: { StreamEnabled: true, StreamViewType: "OLD_IMAGE" },
      SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId: "alias/zeroth" },
      DeletionProtectionEnabled: true,
    });
    expect(await table(bench)).toMatchObject({
      TableArn: "arn:aws:dynamodb:eu-central-1:000000000000:table/things",
      TableStatus: "ACTIVE",
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      CreationDateTime: new Date(bench.clock.now()),
      StreamSpecification: { StreamEnabled: true, StreamViewType: "OLD_IMAGE" },
      LatestStreamArn: "arn:aws:dynamodb:eu-central-1:000000000000:table/things/stream/2026-11-22T00:00:00.000",
      SSEDescription: { Status: "ENABLED", KMSMasterKeyArn: "arn:aws:kms:eu-central-1:000000000000:alias/zeroth" },
      DeletionProtectionEnabled: true,
    });
  });

  it("carry the account of the client that made them", async () => {
    const { dynamo } = await openBench();
    const client = clientOf(dynamo, "111122223333");
    const made = await client.send(new CreateTableCommand(tableInput()));
    expect(made.TableDescription?.TableArn).toMatch(/:111122223333:table\/things$/);
  });

  it("cannot be made twice", async () => {
    const { client } = await openBench();
    expect((await errorOf(client.send(new CreateTableCommand(tableInput())))).name).toBe("ResourceInUseException");
  });

  it("are listed in pages", async () => {
    const { client } = await openBench();
    for (const TableName of ["alpha", "zulu"]) await client.send(new CreateTableCommand(tableInput({ TableName })));
    const first = await client.send(new ListTablesCommand({ Limit: 2 }));
    const rest = await client.send(new ListTablesCommand({ ExclusiveStartTableName: first.LastEvaluatedTableName }));
    expect([first.TableNames, rest.TableNames, rest.LastEvaluatedTableName]).toEqual([
      ["alpha", TABLE],
      ["zulu"],
      undefined,
    ]);
  });

  it("are kept by deletion protection until it is switched off", async () => {
    const { client } = await openBench({ DeletionProtectionEnabled: true });
    const refusal = await errorOf(client.send(new DeleteTableCommand({ TableName: TABLE })));
    await client.send(new UpdateTableCommand({ TableName: TABLE, DeletionProtectionEnabled: false }));
    await client.send(new DeleteTableCommand({ TableName: TABLE }));
    const { TableNames } = await client.send(new ListTablesCommand({}));
    expect([refusal.name, TableNames]).toEqual(["ValidationException", []]);
  });

  it("come back empty after deletion", async () => {
    const bench = await openBench();
    await bench.put(key("a"));
    await bench.client.send(new DeleteTableCommand({ TableName: TABLE }));
    await bench.client.send(new CreateTableCommand(tableInput()));
    expect(await bench.read("a")).toBeUndefined();
  });

  it("do not touch a table whose name starts with theirs when they go", async () => {
    const bench = await openBench();
    await bench.put(key("a"));
    await bench.client.send(new CreateTableCommand(tableInput({ TableName: "thing" })));
    await bench.client.send(new DeleteTableCommand({ TableName: "thing" }));
    expect(await bench.read("a")).toBeDefined();
  });

  it("can be named by ARN", async () => {
    const { client } = await openBench();
    const TableName = "arn:aws:dynamodb:eu-central-1:000000000000:table/things";
    expect((await client.send(new DescribeTableCommand({ TableName }))).Table?.TableName).toBe(TABLE);
  });

  it("get a new stream when it is switched off and on", async () => {
    const bench = await openBench({ StreamSpecification: { StreamEnabled: true, StreamViewType: "OLD_IMAGE" } });
    const update = (StreamEnabled: boolean) =>
      bench.client.send(
        new UpdateTableCommand({
          TableName: TABLE,
          StreamSpecification: { StreamEnabled, ...(StreamEnabled ? { StreamViewType: "KEYS_ONLY" } : {}) },
        }),
      );
    const first = (await table(bench))?.LatestStreamArn;
    const twice = await errorOf(update(true));
    await update(false);
    const off = (await table(bench))?.StreamSpecification;
    bench.clock.advance(1000);
    await update(true);
    const second = (await table(bench))?.LatestStreamArn;
    expect([twice.name, off, first === second]).toEqual(["ValidationException", undefined, false]);
  });

  it("keep tags", async () => {
    const { client } = await openBench({ Tags: [{ Key: "a", Value: "1" }] });
    const ResourceArn = "arn:aws:dynamodb:eu-central-1:000000000000:table/things";
    await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: "b", Value: "2" }] }));
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ["a"] }));
    expect((await client.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags).toEqual([
      { Key: "b", Value: "2" },
    ]);
  });
});

describe("continuous backups", () => {
  it("are off, then on with a window", async () => {
    const { client, clock } = await openBench();
    const read = async () =>
      (await client.send(new DescribeContinuousBackupsCommand({ TableName: TABLE }))).ContinuousBackupsDescription
        ?.PointInTimeRecoveryDescription;
    const before = await read();
    await client.send(
      new UpdateContinuousBackupsCommand({
        TableName: TABLE,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );
    const since = new Date(clock.now());
    clock.advance(60 * 60_000);
    expect([before?.PointInTimeRecoveryStatus, await read()]).toEqual([
      "DISABLED",
      {
        PointInTimeRecoveryStatus: "ENABLED",
        RecoveryPeriodInDays: 35,
        EarliestRestorableDateTime: since,
        LatestRestorableDateTime: new Date(clock.now() - 5 * 60_000),
      },
    ]);
  });

  it("name a missing table in their own exception", async () => {
    const { client } = await openBench();
    const error = await errorOf(client.send(new DescribeContinuousBackupsCommand({ TableName: "nowhere" })));
    expect(error.name).toBe("TableNotFoundException");
  });
});

describe("the wire", () => {
  const call = async (target: string, body: string) => {
    const { dynamo } = await openBench();
    const answer = await dynamo.handle({
      target,
      body: Buffer.from(body),
      accountId: "000000000000",
      region: "us-east-1",
    });
    return [answer.status, JSON.parse(Buffer.from(answer.body).toString()).__type];
  };

  it.each([
    ["DynamoDB_20120810.Nonsense", "{}", "UnknownOperationException"],
    ["Other_20120810.GetItem", "{}", "UnknownOperationException"],
    ["DynamoDB_20120810.constructor", "{}", "UnknownOperationException"],
    ["DynamoDB_20120810.GetItem", "{", "SerializationException"],
    ["DynamoDB_20120810.GetItem", "[]", "SerializationException"],
    ["DynamoDB_20120810.GetItem", "", "SerializationException"],
    ["DynamoDB_20120810.GetItem", "{}", "ValidationException"],
    ["DynamoDB_20120810.TransactWriteItems", '{"TransactItems":[7]}', "SerializationException"],
    ["DynamoDB_20120810.TransactWriteItems", '{"TransactItems":[]}', "ValidationException"],
    ["DynamoDB_20120810.UpdateTimeToLive", '{"TableName":"things"}', "ValidationException"],
  ])("answers %s %s with %s", async (target, body, name) => {
    expect(await call(target, body)).toEqual([400, expect.stringMatching(new RegExp(`#${name}$`))]);
  });
});
