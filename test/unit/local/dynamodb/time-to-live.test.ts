import {
  DescribeTimeToLiveCommand,
  ScanCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "@jest/globals";
import type { DynamoDBRecord } from "aws-lambda";
import { type Bench, errorOf, key, openBench, TABLE } from "./fixture.ts";

const HOUR = 60 * 60_000;
const STREAM = { StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" as const } };

const setTtl = (bench: Bench, AttributeName = "ttl", Enabled = true) =>
  bench.client.send(
    new UpdateTimeToLiveCommand({ TableName: TABLE, TimeToLiveSpecification: { AttributeName, Enabled } }),
  );

const describeTtl = async (bench: Bench) =>
  (await bench.client.send(new DescribeTimeToLiveCommand({ TableName: TABLE }))).TimeToLiveDescription;

const ttlBench = async (): Promise<Bench> => {
  const bench = await openBench(STREAM);
  await setTtl(bench);
  return bench;
};

const putEnding = (bench: Bench, pk: string, atSeconds: number | string) =>
  bench.put({ ...key(pk), ttl: { N: String(atSeconds) } });

describe("the time-to-live setting", () => {
  it("is described as off, then as on with its attribute", async () => {
    const bench = await openBench();
    const before = await describeTtl(bench);
    await setTtl(bench);
    expect([before, await describeTtl(bench)]).toEqual([
      { TimeToLiveStatus: "DISABLED" },
      { TimeToLiveStatus: "ENABLED", AttributeName: "ttl" },
    ]);
  });

  it("cannot change twice within an hour", async () => {
    const bench = await ttlBench();
    bench.clock.advance(HOUR - 1);
    const early = await errorOf(setTtl(bench, "ttl", false));
    bench.clock.advance(1);
    await setTtl(bench, "ttl", false);
    expect([early.message, await describeTtl(bench)]).toEqual([
      "Time to live has been modified multiple times within a fixed interval",
      { TimeToLiveStatus: "DISABLED" },
    ]);
  });

  it.each([
    ["ttl", true, "TimeToLive is already enabled"],
    ["other", true, "TimeToLive is active on a different AttributeName: current AttributeName is ttl"],
  ])("refuses %s: %s while on for ttl", async (attribute, enabled, message) => {
    const bench = await ttlBench();
    bench.clock.advance(HOUR);
    expect((await errorOf(setTtl(bench, attribute, enabled))).message).toBe(message);
  });

  it("refuses to switch off what is off", async () => {
    expect((await errorOf(setTtl(await openBench(), "ttl", false))).message).toBe("TimeToLive is already disabled");
  });
});

describe("expire", () => {
  it("removes what is in the past and keeps the rest", async () => {
    const bench = await ttlBench();
    const now = bench.clock.seconds;
    await putEnding(bench, "past", now - 1);
    await putEnding(bench, "now", now);
    await putEnding(bench, "future", now + 1);
    await bench.put(key("endless"));
    const removed = await bench.dynamo.expire();
    const left = await Promise.all(["past", "now", "future", "endless"].map((pk) => bench.read(pk)));
    expect([removed, left.map((item) => item?.["pk"]?.S)]).toEqual([1, [undefined, "now", "future", "endless"]]);
  });

  it("keeps an item whose end is five years past, and one whose end is not a number", async () => {
    const bench = await ttlBench();
    const fiveYears = 5 * 365 * 24 * 60 * 60;
    await putEnding(bench, "ancient", bench.clock.seconds - fiveYears);
    await putEnding(bench, "nearly", bench.clock.seconds - fiveYears + 1);
    await bench.put({ ...key("text"), ttl: { S: "1" } });
    expect(await bench.dynamo.expire()).toBe(1);
  });

  it("leaves what is due readable until it is called", async () => {
    const bench = await ttlBench();
    await putEnding(bench, "lease", bench.clock.seconds + 1);
    bench.clock.advance(HOUR);
    expect(await bench.read("lease")).toBeDefined();
  });

  it("removes nothing while time to live is off", async () => {
    const bench = await openBench();
    await putEnding(bench, "past", bench.clock.seconds - 1);
    expect(await bench.dynamo.expire()).toBe(0);
  });

  it("delivers a removal in the service's name, with the old item, before it resolves", async () => {
    const bench = await ttlBench();
    await putEnding(bench, "lease", bench.clock.seconds - 1);
    const heard: DynamoDBRecord[] = [];
    bench.dynamo.subscribe(TABLE, async (records) => void heard.push(...records));
    await bench.dynamo.expire();
    expect(heard).toMatchObject([
      {
        eventName: "REMOVE",
        userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" },
        dynamodb: { Keys: key("lease"), OldImage: { ...key("lease"), ttl: { N: String(bench.clock.seconds - 1) } } },
      },
    ]);
  });

  it("spares an item whose end is moved at the same moment", async () => {
    const bench = await ttlBench();
    const ends = Array.from({ length: 20 }, (_, n) => `lease${n}`);
    for (const pk of ends) await putEnding(bench, pk, bench.clock.seconds - 1);
    const renew = (pk: string) =>
      bench.client.send(
        new UpdateItemCommand({
          TableName: TABLE,
          Key: key(pk),
          UpdateExpression: "SET #t = :later",
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeNames: { "#t": "ttl" },
          ExpressionAttributeValues: { ":later": { N: String(bench.clock.seconds + 60) } },
        }),
      );
    const [removed, ...renewals] = await Promise.allSettled([bench.dynamo.expire(), ...ends.map(renew)]);
    const renewed = renewals.filter(({ status }) => status === "fulfilled").length;
    expect(removed.status === "fulfilled" && removed.value + renewed).toBe(20);
  });

  it("takes an item out of its indexes", async () => {
    const bench = await openBench({
      AttributeDefinitions: ["pk", "sk", "owner"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      GlobalSecondaryIndexes: [
        {
          IndexName: "owners",
          KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    });
    await setTtl(bench);
    await bench.put({ ...key("lease"), owner: { S: "me" }, ttl: { N: String(bench.clock.seconds - 1) } });
    const count = async () =>
      (await bench.client.send(new ScanCommand({ TableName: TABLE, IndexName: "owners" }))).Count;
    const before = await count();
    await bench.dynamo.expire();
    expect([before, await count()]).toEqual([1, 0]);
  });
});
