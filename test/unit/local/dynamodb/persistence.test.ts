import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  DescribeTimeToLiveCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { DynamoDBRecord } from "aws-lambda";
import { Catalog } from "../../../../src/local/dynamodb/catalog.ts";
import { createEmbeddedDynamo } from "../../../../src/local/dynamodb/index.ts";
import { Bytes } from "../../../../src/local/dynamodb/level.ts";
import { LOCAL_ACCOUNT } from "../../../../src/local/dynamodb/request-handler.ts";
import { clientOf, errorOf, HandClock, key, openBench, TABLE } from "./fixture.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "embedded-dynamo-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const folder = (): Promise<string> => mkdtemp(join(root, "data-"));

const reopen = (dataDir: string, clock: HandClock) => {
  const dynamo = createEmbeddedDynamo({ clock, dataDir });
  return { dynamo, client: clientOf(dynamo) };
};

const STREAM = { StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" as const } };

describe("a data folder", () => {
  it("brings back items, time to live and streams", async () => {
    const dataDir = await folder();
    const { client, clock, dynamo, put } = await openBench(STREAM, { dataDir });
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: TABLE,
        TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
      }),
    );
    await put({ ...key("lease"), ttl: { N: String(clock.seconds + 5) } });
    await dynamo.close();

    clock.advance(10_000);
    const again = reopen(dataDir, clock);
    const setting = await again.client.send(new DescribeTimeToLiveCommand({ TableName: TABLE }));
    const heard: DynamoDBRecord[] = [];
    again.dynamo.subscribe(TABLE, async (records) => void heard.push(...records));
    const removed = await again.dynamo.expire();
    await again.dynamo.close();
    expect([setting.TimeToLiveDescription?.AttributeName, removed, heard[0]?.dynamodb?.Keys]).toEqual([
      "ttl",
      1,
      key("lease"),
    ]);
  });

  it("expires what fell due while nobody ran, without a request before", async () => {
    const dataDir = await folder();
    const { client, clock, dynamo, put } = await openBench(STREAM, { dataDir });
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: TABLE,
        TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
      }),
    );
    await put({ ...key("lease"), ttl: { N: String(clock.seconds - 5) } });
    await dynamo.close();
    const again = reopen(dataDir, clock);
    const removed = await again.dynamo.expire();
    await again.dynamo.close();
    expect(removed).toBe(1);
  });

  it("numbers records above those of the run before", async () => {
    const dataDir = await folder();
    const first = await openBench(STREAM, { dataDir });
    const numbers: string[] = [];
    const hear = async (records: readonly DynamoDBRecord[]) =>
      void numbers.push(...records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? ""));
    first.dynamo.subscribe(TABLE, hear);
    await first.put(key("a"));
    await first.dynamo.expire();
    await first.dynamo.close();
    const second = reopen(dataDir, first.clock);
    second.dynamo.subscribe(TABLE, hear);
    const Put = { TableName: TABLE, Item: key("b") };
    await second.client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }));
    await second.dynamo.expire();
    await second.dynamo.close();
    expect(BigInt(numbers[1] ?? 0) > BigInt(numbers[0] ?? 0)).toBe(true);
  });

  it("remembers which transactions were done", async () => {
    const dataDir = await folder();
    const first = await openBench({}, { dataDir });
    const add = new TransactWriteItemsCommand({
      ClientRequestToken: "once",
      TransactItems: [
        {
          Update: {
            TableName: TABLE,
            Key: key("n"),
            UpdateExpression: "ADD n :one",
            ExpressionAttributeValues: { ":one": { N: "1" } },
          },
        },
      ],
    });
    await first.client.send(add);
    await first.dynamo.close();
    const second = reopen(dataDir, first.clock);
    await second.client.send(add);
    const { Items } = await second.client.send(new ScanCommand({ TableName: TABLE }));
    await second.dynamo.close();
    expect(Items).toEqual([{ ...key("n"), n: { N: "1" } }]);
  });

  it("finishes the deletion of a table that a crash interrupted", async () => {
    const dataDir = await folder();
    const first = await openBench({}, { dataDir });
    await first.put(key("a"));
    await first.dynamo.close();
    const bytes = await Bytes.open(join(dataDir, LOCAL_ACCOUNT));
    const catalog = await Catalog.load(bytes);
    for (const record of catalog.all())
      await catalog.save({ ...record, table: { ...record.table, TableStatus: "DELETING" } });
    await bytes.close();
    const second = await openBench({}, { dataDir });
    const left = await second.read("a");
    await second.dynamo.close();
    expect(left).toBeUndefined();
  });

  it("serves one process at a time and says so", async () => {
    const dataDir = await folder();
    const first = await openBench({}, { dataDir });
    const second = reopen(dataDir, first.clock);
    const error = await errorOf(second.client.send(new ScanCommand({ TableName: TABLE })));
    await first.dynamo.close();
    const later = await second.client.send(new ScanCommand({ TableName: TABLE }));
    await second.dynamo.close();
    expect([error.message, later.Count]).toEqual([expect.stringMatching(/is another process using it/), 0]);
  });

  it("holds every acknowledged transaction, whole, after kill -9", async () => {
    const dataDir = await folder();
    const script = fileURLToPath(new URL("crashing-writer.ts", import.meta.url));
    const writer = spawn(process.execPath, ["--no-warnings", "--import", "tsx", script, dataDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let acknowledged = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 25) writer.kill("SIGKILL");
    }
    const { dynamo, client } = reopen(dataDir, new HandClock());
    const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE, ConsistentRead: true }));
    await dynamo.close();
    const [left, right] = Items.map((item) => Number(item["n"]?.N));
    expect([acknowledged >= 25, left === right, Number(left) >= acknowledged]).toEqual([true, true, true]);
  });
});
