import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, it } from "@jest/globals";
import { createEmbeddedDynamo } from "../../../../src/local/dynamodb/index.ts";
import { createEnds } from "../../../../src/local/server/ends.ts";
import { as, type EpochSeconds } from "../../../../src/std/brand.ts";
import { defineTable, type Write } from "../../../../src/storage/index.ts";
import { createTestClock, createTestStore, observe } from "../../../support/storage.ts";

const setting = async () => {
  const clock = createTestClock();
  const dynamo = createEmbeddedDynamo({ clock });
  const client = new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: dynamo.requestHandler,
  });
  const tableName = "zeroth-ends";
  await defineTable(client, tableName);
  const { store } = await createTestStore({ table: observe(client, tableName) });
  return { clock, dynamo, client, tableName, store };
};

const lease = (tag: string, exp: number): Write => ({
  op: "put",
  address: { pk: `lease#${tag}`, sk: "l", domain: "lease" },
  body: {},
  clear: { exp: as<EpochSeconds>(exp), bucket: "202601010000", shard: 1 },
  when: "any",
});

it("tells of an end when it has come, once, and of a renewed lease's later end", async () => {
  const { clock, dynamo, tableName, store } = await setting();
  const ends = createEnds();
  dynamo.subscribe(tableName, ends.hear);
  const now = clock.now() / 1000;

  await store.write([lease("a", now + 10)]);
  await store.write([
    {
      op: "put",
      address: { pk: "token#b", sk: "t", domain: "token" },
      body: 1,
      clear: { exp: as<EpochSeconds>(now) },
      when: "any",
    },
  ]);
  await store.write([lease("a", now + 20)]);
  // The records come one batch after the other; an expiry pass waits for them.
  await dynamo.expire();

  expect(ends.come((now + 10) * 1000 - 1)).toBe(false);
  expect(ends.come((now + 10) * 1000)).toBe(true);
  expect(ends.come((now + 19) * 1000)).toBe(false);
  expect(ends.come((now + 20) * 1000)).toBe(true);
  expect(ends.come((now + 99) * 1000)).toBe(false);
  await dynamo.close();
});

it("knows the ends of leases that an earlier process wrote", async () => {
  const { clock, dynamo, client, tableName, store } = await setting();
  const now = clock.now() / 1000;
  await store.write([lease("a", now + 10), lease("b", now - 5)]);
  const ends = createEnds();

  await ends.load(client, tableName);

  expect(ends.come(now * 1000)).toBe(true);
  expect(ends.come((now + 9) * 1000)).toBe(false);
  expect(ends.come((now + 10) * 1000)).toBe(true);
  await dynamo.close();
});
