import { type AttributeValue, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "@jest/globals";
import { type Bench, errorOf, key, openBench, TABLE } from "./fixture.ts";

// Spots where dynalite, or DynamoDB Local, departs from what AWS documents.

const N = (...values: number[]): AttributeValue[] => values.map((value) => ({ N: String(value) }));

const update = async (bench: Bench, UpdateExpression: string, values?: Record<string, AttributeValue>) => {
  const answer = await bench.client.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: key("x"),
      UpdateExpression,
      ...(values ? { ExpressionAttributeValues: values } : {}),
      ReturnValues: "ALL_NEW",
    }),
  );
  return answer.Attributes ?? {};
};

const withItem = async (attributes: Record<string, AttributeValue>): Promise<Bench> => {
  const bench = await openBench();
  await bench.put({ ...key("x"), ...attributes });
  return bench;
};

const holds = async (value: AttributeValue, condition: string, other: AttributeValue): Promise<boolean> => {
  const { client } = await withItem({ v: value });
  const put = new PutItemCommand({
    TableName: TABLE,
    Item: key("x"),
    ConditionExpression: condition,
    ExpressionAttributeValues: { ":o": other },
  });
  return client.send(put).then(
    () => true,
    (error: Error) => {
      if (error.name === "ConditionalCheckFailedException") return false;
      throw error;
    },
  );
};

describe("update expressions", () => {
  it("remove the list elements they name, not those that moved into their places", async () => {
    const bench = await withItem({ a: { L: N(1, 2, 3, 4) } });
    expect((await update(bench, "REMOVE a[0], a[1]"))["a"]).toEqual({ L: N(3, 4) });
  });

  it("copy a list as it was before", async () => {
    const bench = await withItem({ a: { L: N(1, 2) } });
    const after = await update(bench, "SET b = a, a[0] = :z", { ":z": { N: "9" } });
    expect([after["a"], after["b"]]).toEqual([{ L: N(9, 2) }, { L: N(1, 2) }]);
  });

  it("swap two attributes", async () => {
    const bench = await withItem({ a: { N: "1" }, b: { N: "2" } });
    const after = await update(bench, "SET a = b, b = a");
    expect([after["a"], after["b"]]).toEqual(N(2, 1));
  });

  it("take a default only where there is nothing", async () => {
    const bench = await withItem({ a: { N: "5" } });
    const after = await update(bench, "SET a = if_not_exists(a, :z), b = if_not_exists(b, :z) + a", {
      ":z": { N: "1" },
    });
    expect([after["a"], after["b"]]).toEqual(N(5, 6));
  });

  it("refuse a path that leads nowhere", async () => {
    const bench = await withItem({});
    expect((await errorOf(update(bench, "SET a = nowhere"))).message).toMatch(/does not exist in the item/);
  });

  it("refuse a sum of more than 38 digits", async () => {
    const bench = await withItem({ n: { N: "9".repeat(38) } });
    expect((await errorOf(update(bench, "ADD n :n", { ":n": { N: "0.1" } }))).name).toBe("ValidationException");
  });
});

describe("conditions", () => {
  it("order text by its UTF-8 bytes", async () => {
    expect(await holds({ S: "\u{1f600}" }, "v > :o", { S: "\uffee" })).toBe(true);
  });

  it.each([
    [[0xff, 0x80], [0xff], true],
    [[0xff, 0x80], [0xfe], false],
  ])("compare the start of binary %j with %j as bytes", async (value, start, expected) => {
    const binary = (bytes: number[]) => ({ B: Uint8Array.from(bytes) });
    expect(await holds(binary(value), "begins_with(v, :o)", binary(start))).toBe(expected);
  });

  it.each<[AttributeValue, string, AttributeValue, boolean]>([
    [{ N: "10" }, "v > :o", { N: "9" }, true],
    [{ S: "10" }, "v > :o", { N: "9" }, false],
    [{ S: "b" }, "v BETWEEN :o AND :o", { S: "b" }, true],
    [{ SS: ["a", "b"] }, "contains(v, :o)", { S: "b" }, true],
    [{ S: "abc" }, "contains(v, :o)", { S: "bc" }, true],
    [{ L: [{ S: "a" }] }, "size(v) = :o", { N: "1" }, true],
    [{ S: "a" }, "NOT (v = :o OR attribute_not_exists(v))", { S: "a" }, false],
    [{ S: "a" }, "absent1 <> :o", { S: "a" }, true],
    [{ S: "a" }, "absent1 < :o", { S: "a" }, false],
  ])("%j: %s with %j is %s", async (value, condition, other, expected) => {
    expect(await holds(value, condition, other)).toBe(expected);
  });
});

describe("index keys", () => {
  it("cannot be empty", async () => {
    const bench = await openBench({
      AttributeDefinitions: ["pk", "sk", "owner"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      GlobalSecondaryIndexes: [
        {
          IndexName: "owners",
          KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    });
    expect((await errorOf(bench.put({ ...key("a"), owner: { S: "" } }))).message).toMatch(/IndexKey: owner/);
  });

  it("leave other attributes free to be empty", async () => {
    const bench = await withItem({ owner: { S: "" } });
    expect((await bench.read("x"))?.["owner"]).toEqual({ S: "" });
  });
});
