import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "@jest/globals";
import type { DynamoDBRecord, StreamRecord } from "aws-lambda";
import { type Bench, errorOf, key, openBench, TABLE } from "./fixture.ts";

type View = NonNullable<StreamRecord["StreamViewType"]>;

const streaming = (StreamViewType: View = "NEW_AND_OLD_IMAGES") =>
  openBench({ StreamSpecification: { StreamEnabled: true, StreamViewType } });

/** Everything heard so far; `settled` waits for what is on its way. */
const listen = (bench: Bench) => {
  const heard: DynamoDBRecord[] = [];
  bench.dynamo.subscribe(TABLE, async (records) => void heard.push(...records));
  return async () => {
    await bench.dynamo.expire();
    return heard;
  };
};

const set = (bench: Bench, pk: string, v: string) =>
  bench.client.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: key(pk),
      UpdateExpression: "SET v = :v",
      ExpressionAttributeValues: { ":v": { S: v } },
    }),
  );

const remove = (bench: Bench, pk: string) =>
  bench.client.send(new DeleteItemCommand({ TableName: TABLE, Key: key(pk) }));

describe("change records", () => {
  it("tell of insert, change and removal with both images", async () => {
    const bench = await streaming();
    const settled = listen(bench);
    await bench.put({ ...key("a"), v: { S: "1" } });
    await set(bench, "a", "2");
    await remove(bench, "a");
    const records = await settled();
    expect(
      records.map(({ eventName, dynamodb }) => [eventName, dynamodb?.OldImage?.["v"], dynamodb?.NewImage?.["v"]]),
    ).toEqual([
      ["INSERT", undefined, { S: "1" }],
      ["MODIFY", { S: "1" }, { S: "2" }],
      ["REMOVE", { S: "2" }, undefined],
    ]);
  });

  it("have the shape a Lambda function gets", async () => {
    const bench = await streaming();
    const settled = listen(bench);
    await bench.put(key("a"));
    expect(await settled()).toEqual([
      {
        eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventName: "INSERT",
        eventVersion: "1.1",
        eventSource: "aws:dynamodb",
        awsRegion: "eu-central-1",
        dynamodb: {
          ApproximateCreationDateTime: bench.clock.seconds,
          Keys: key("a"),
          NewImage: key("a"),
          SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
          SizeBytes: 12,
          StreamViewType: "NEW_AND_OLD_IMAGES",
        },
        eventSourceARN: expect.stringMatching(/^arn:aws:dynamodb:eu-central-1:\d{12}:table\/things\/stream\/2026-/),
      },
    ]);
  });

  it.each<[View, boolean, boolean]>([
    ["KEYS_ONLY", false, false],
    ["NEW_IMAGE", false, true],
    ["OLD_IMAGE", true, false],
  ])("of a %s stream carry the images it names", async (view, old, fresh) => {
    const bench = await streaming(view);
    await bench.put({ ...key("a"), v: { S: "1" } });
    const settled = listen(bench);
    await set(bench, "a", "2");
    const [record] = await settled();
    expect([record?.dynamodb?.OldImage !== undefined, record?.dynamodb?.NewImage !== undefined]).toEqual([old, fresh]);
  });

  it("are not made by a write that changes nothing, whatever the order of a set", async () => {
    const bench = await streaming();
    await bench.put({ ...key("a"), s: { SS: ["x", "y"] } });
    const settled = listen(bench);
    await bench.put({ s: { SS: ["y", "x"] }, ...key("a") });
    await remove(bench, "never there");
    expect(await settled()).toEqual([]);
  });

  it("are not made by a write that failed", async () => {
    const bench = await streaming();
    const settled = listen(bench);
    const refused = { TableName: TABLE, Item: key("a"), ConditionExpression: "attribute_exists(pk)" };
    await errorOf(bench.client.send(new PutItemCommand(refused)));
    await errorOf(
      bench.client.send(
        new TransactWriteItemsCommand({
          TransactItems: [{ Put: { TableName: TABLE, Item: key("b") } }, { Put: refused }],
        }),
      ),
    );
    expect(await settled()).toEqual([]);
  });

  it("come from transactions and batches too", async () => {
    const bench = await streaming();
    const settled = listen(bench);
    await bench.client.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: TABLE, Item: key("t") } }] }),
    );
    await bench.client.send(
      new BatchWriteItemCommand({ RequestItems: { [TABLE]: [{ PutRequest: { Item: key("b") } }] } }),
    );
    expect((await settled()).map(({ dynamodb }) => dynamodb?.Keys?.["pk"]?.S)).toEqual(["t", "b"]);
  });

  it("are not made while the table has no stream", async () => {
    const bench = await openBench();
    const settled = listen(bench);
    await bench.put(key("a"));
    expect(await settled()).toEqual([]);
  });
});

describe("delivery", () => {
  it("keeps the order of each item's writes and rising sequence numbers under concurrency", async () => {
    const bench = await streaming();
    const settled = listen(bench);
    const count = (pk: string) =>
      bench.client.send(
        new UpdateItemCommand({
          TableName: TABLE,
          Key: key(pk),
          UpdateExpression: "ADD n :one",
          ExpressionAttributeValues: { ":one": { N: "1" } },
        }),
      );
    await Promise.all(Array.from({ length: 60 }, (_, n) => count(n % 2 ? "a" : "b")));
    const records = await settled();
    const numbers = records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? "");
    const counts = records.filter(({ dynamodb }) => dynamodb?.Keys?.["pk"]?.S === "a");
    expect([
      [...numbers].sort().every((number, at) => number === numbers[at]),
      counts.map(({ dynamodb }) => Number(dynamodb?.NewImage?.["n"]?.N)),
    ]).toEqual([true, Array.from({ length: 30 }, (_, n) => n + 1)]);
  });

  it("never runs two batches of one listener at once", async () => {
    const bench = await streaming();
    let [running, most] = [0, 0];
    bench.dynamo.subscribe(TABLE, async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    });
    await Promise.all(Array.from({ length: 20 }, (_, n) => bench.put(key(`k${n}`))));
    await bench.dynamo.expire();
    expect(most).toBe(1);
  });

  it("brings a refused batch again, before anything later", async () => {
    const bench = await streaming();
    const heard: (string | undefined)[][] = [];
    let refusals = 2;
    bench.dynamo.subscribe(TABLE, async (records) => {
      heard.push(records.map(({ dynamodb }) => dynamodb?.Keys?.["pk"]?.S));
      if (refusals-- > 0) throw new Error("not now");
    });
    await bench.put(key("a"));
    await errorOf(bench.dynamo.expire());
    await bench.put(key("b"));
    await bench.dynamo.expire();
    expect(heard.map((pks) => pks[0])).toEqual(["a", "a", "a"]);
    expect(heard.flat().at(-1)).toBe("b");
  });

  it("tells the caller of expire that a listener refused", async () => {
    const bench = await streaming();
    bench.dynamo.subscribe(TABLE, async () => {
      throw new Error("not now");
    });
    await bench.put(key("a"));
    expect((await errorOf(bench.dynamo.expire())).message).toBe("not now");
  });

  it("ends when the subscription is given up", async () => {
    const bench = await streaming();
    const heard: DynamoDBRecord[] = [];
    const end = bench.dynamo.subscribe(TABLE, async (records) => void heard.push(...records));
    end();
    await bench.put(key("a"));
    await bench.dynamo.expire();
    expect(heard).toEqual([]);
  });
});
