import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "@jest/globals";
import { clientOf, errorOf, key, openBench, TABLE } from "./fixture.ts";

const EXPIRY_INDEX = {
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" as const },
    { AttributeName: "sk", AttributeType: "S" as const },
    { AttributeName: "bucket", AttributeType: "S" as const },
    { AttributeName: "shard", AttributeType: "N" as const },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "expiry",
      KeySchema: [
        { AttributeName: "bucket", KeyType: "HASH" as const },
        { AttributeName: "shard", KeyType: "RANGE" as const },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" as const },
    },
  ],
};

describe("single items", () => {
  it("gives back what was put, binary and sets included", async () => {
    const { put, read } = await openBench();
    const item = { ...key("a"), v: { B: Uint8Array.of(0, 255, 7) }, s: { SS: ["x", "y"] }, n: { N: "12.5" } };
    await put(item);
    expect(await read("a")).toEqual(item);
  });

  it("writes a create-once item for exactly one of fifty callers at once", async () => {
    const { client } = await openBench();
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) =>
        client.send(
          new PutItemCommand({
            TableName: TABLE,
            Item: { ...key("once"), n: { N: String(n) } },
            ConditionExpression: "attribute_not_exists(pk)",
          }),
        ),
      ),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("counts exactly under two hundred additions at once", async () => {
    const { client, read } = await openBench();
    await Promise.all(
      Array.from({ length: 200 }, () =>
        client.send(
          new UpdateItemCommand({
            TableName: TABLE,
            Key: key("n"),
            UpdateExpression: "ADD n :one",
            ExpressionAttributeValues: { ":one": { N: "1" } },
          }),
        ),
      ),
    );
    expect((await read("n"))?.["n"]).toEqual({ N: "200" });
  });

  it("shows the item that failed a condition only to a caller who asks", async () => {
    const { client, put } = await openBench();
    await put({ ...key("a"), n: { N: "1" } });
    const attempt = (ReturnValuesOnConditionCheckFailure?: "ALL_OLD") =>
      errorOf(
        client.send(
          new UpdateItemCommand({
            TableName: TABLE,
            Key: key("a"),
            UpdateExpression: "SET n = :two",
            ConditionExpression: "n = :two",
            ExpressionAttributeValues: { ":two": { N: "2" } },
            ...(ReturnValuesOnConditionCheckFailure ? { ReturnValuesOnConditionCheckFailure } : {}),
          }),
        ),
      );
    expect([(await attempt()).Item, (await attempt("ALL_OLD")).Item]).toEqual([
      undefined,
      { ...key("a"), n: { N: "1" } },
    ]);
  });

  it("hands a deleted item to exactly one of many callers", async () => {
    const { client, put } = await openBench();
    await put({ ...key("wrapped"), v: { S: "secret" } });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        client.send(new DeleteItemCommand({ TableName: TABLE, Key: key("wrapped"), ReturnValues: "ALL_OLD" })),
      ),
    );
    expect(answers.filter(({ Attributes }) => Attributes !== undefined)).toHaveLength(1);
  });

  it("counts text in UTF-8 bytes towards the 400 KB limit", async () => {
    const { put } = await openBench();
    const error = await errorOf(put({ ...key("big"), v: { S: "€".repeat(140_000) } }));
    expect(error.name).toBe("ValidationException");
  });

  it("counts a partition key in UTF-8 bytes towards the 2048 byte limit", async () => {
    const { put } = await openBench();
    expect((await errorOf(put(key("€".repeat(700))))).message).toMatch(/hashkey has exceeded/);
  });

  it("keeps accounts apart", async () => {
    const { dynamo, put } = await openBench();
    await put(key("a"));
    const other = clientOf(dynamo, "111122223333");
    const error = await errorOf(other.send(new ScanCommand({ TableName: TABLE })));
    expect(error.name).toBe("ResourceNotFoundException");
  });
});

describe("queries", () => {
  it("pages through a prefix in order, in both directions", async () => {
    const { client, put } = await openBench();
    for (const sk of ["a#1", "a#2", "a#3", "b#1"]) await put(key("p", sk));
    const page = async (forward: boolean) => {
      const seen: unknown[] = [];
      let start: Record<string, never> | undefined;
      do {
        const answer = await client.send(
          new QueryCommand({
            TableName: TABLE,
            KeyConditionExpression: "pk = :p AND begins_with(sk, :a)",
            ExpressionAttributeValues: { ":p": { S: "p" }, ":a": { S: "a#" } },
            Limit: 1,
            ScanIndexForward: forward,
            ExclusiveStartKey: start,
          }),
        );
        seen.push(...(answer.Items ?? []).map((item) => item["sk"]?.S));
        start = answer.LastEvaluatedKey as Record<string, never> | undefined;
      } while (start !== undefined);
      return seen;
    };
    expect([await page(true), await page(false)]).toEqual([
      ["a#1", "a#2", "a#3"],
      ["a#3", "a#2", "a#1"],
    ]);
  });

  it("reads more than one page of storage", async () => {
    const { client, put } = await openBench();
    await Promise.all(Array.from({ length: 300 }, (_, n) => put(key("p", String(n).padStart(4, "0")))));
    const { Items } = await client.send(
      new QueryCommand({
        TableName: TABLE,
        KeyConditionExpression: "pk = :p",
        ExpressionAttributeValues: { ":p": { S: "p" } },
      }),
    );
    expect(Items?.map((item) => Number(item["sk"]?.S))).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  it("finds in a sparse index only what has the index keys, and drops it when they go", async () => {
    const { client, put } = await openBench(EXPIRY_INDEX);
    const due = async () => {
      const answer = await client.send(
        new QueryCommand({
          TableName: TABLE,
          IndexName: "expiry",
          KeyConditionExpression: "#b = :b AND #s = :s",
          ExpressionAttributeNames: { "#b": "bucket", "#s": "shard" },
          ExpressionAttributeValues: { ":b": { S: "m1" }, ":s": { N: "3" } },
        }),
      );
      return answer.Items?.map((item) => item["pk"]?.S);
    };
    await put({ ...key("lease1"), bucket: { S: "m1" }, shard: { N: "3" } });
    await put({ ...key("lease2"), bucket: { S: "m1" }, shard: { N: "4" } });
    await put(key("plain"));
    const before = await due();
    await client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: key("lease1"),
        UpdateExpression: "REMOVE #b, #s",
        ExpressionAttributeNames: { "#b": "bucket", "#s": "shard" },
      }),
    );
    expect([before, await due()]).toEqual([["lease1"], []]);
  });
});

describe("batches", () => {
  it("reads what is there and says nothing of the rest", async () => {
    const { client, put } = await openBench();
    await put(key("a"));
    await put(key("b"));
    const answer = await client.send(
      new BatchGetItemCommand({
        RequestItems: { [TABLE]: { Keys: [key("a"), key("x"), key("b")], ConsistentRead: true } },
      }),
    );
    expect([answer.Responses?.[TABLE]?.map((item) => item["pk"]?.S).sort(), answer.UnprocessedKeys]).toEqual([
      ["a", "b"],
      {},
    ]);
  });

  it("answers up to 16 MB and names the keys beyond", async () => {
    const { client, put } = await openBench();
    const names = Array.from({ length: 45 }, (_, n) => `big${n}`);
    for (const pk of names) await put({ ...key(pk), v: { S: "x".repeat(390_000) } });
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [TABLE]: { Keys: names.map((pk) => key(pk)) } } }),
    );
    const [read, left] = [Responses?.[TABLE]?.length ?? 0, UnprocessedKeys?.[TABLE]?.Keys?.length ?? 0];
    expect([read + left, read]).toEqual([45, 43]);
  });

  it("writes none of a batch that holds an item twice", async () => {
    const { client, read } = await openBench();
    const error = await errorOf(
      client.send(
        new BatchWriteItemCommand({
          RequestItems: {
            [TABLE]: [{ PutRequest: { Item: key("a") } }, { DeleteRequest: { Key: key("a") } }],
          },
        }),
      ),
    );
    expect([error.name, await read("a")]).toEqual(["ValidationException", undefined]);
  });
});
