import { TransactGetItemsCommand, type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "@jest/globals";
import { type Bench, errorOf, key, openBench, TABLE } from "./fixture.ts";

const transact = (bench: Bench, TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
  bench.client.send(
    new TransactWriteItemsCommand({ TransactItems, ...(ClientRequestToken ? { ClientRequestToken } : {}) }),
  );

const put = (pk: string, more: object = {}): TransactWriteItem => ({
  Put: { TableName: TABLE, Item: key(pk), ...more },
});

const add = (pk: string, n = "1"): TransactWriteItem => ({
  Update: {
    TableName: TABLE,
    Key: key(pk),
    UpdateExpression: "ADD n :n",
    ExpressionAttributeValues: { ":n": { N: n } },
  },
});

const absent = { ConditionExpression: "attribute_not_exists(pk)" };

describe("TransactWriteItems", () => {
  it("does put, update, delete and check together", async () => {
    const bench = await openBench();
    await bench.put(key("old"));
    await bench.put(key("guard"));
    await transact(bench, [
      put("new", absent),
      add("n"),
      { Delete: { TableName: TABLE, Key: key("old") } },
      { ConditionCheck: { TableName: TABLE, Key: key("guard"), ConditionExpression: "attribute_exists(pk)" } },
    ]);
    const read = await Promise.all(["new", "n", "old", "guard"].map((pk) => bench.read(pk)));
    expect(read.map((item) => item?.["pk"]?.S)).toEqual(["new", "n", undefined, "guard"]);
  });

  it("writes nothing when one condition fails, and says which", async () => {
    const bench = await openBench();
    await bench.put({ ...key("taken"), n: { N: "7" } });
    const error = await errorOf(
      transact(bench, [put("half"), put("taken", { ...absent, ReturnValuesOnConditionCheckFailure: "ALL_OLD" })]),
    );
    expect([error.name, error.message, error.CancellationReasons, await bench.read("half")]).toEqual([
      "TransactionCanceledException",
      "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
      [
        { Code: "None" },
        {
          Code: "ConditionalCheckFailed",
          Message: "The conditional request failed",
          Item: { ...key("taken"), n: { N: "7" } },
        },
      ],
      undefined,
    ]);
  });

  it("names a member that cannot be applied as a validation error and writes nothing", async () => {
    const bench = await openBench();
    await bench.put({ ...key("text"), n: { S: "not a number" } });
    const error = await errorOf(transact(bench, [put("half"), add("text")]));
    expect([error.CancellationReasons?.map(({ Code }) => Code), await bench.read("half")]).toEqual([
      ["None", "ValidationError"],
      undefined,
    ]);
  });

  it("refuses two operations on one item, however its number key is spelled", async () => {
    const bench = await openBench({
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "N" }],
    });
    const error = await errorOf(
      transact(bench, [
        { Put: { TableName: TABLE, Item: { id: { N: "1" } } } },
        { Delete: { TableName: TABLE, Key: { id: { N: "1.0" } } } },
      ]),
    );
    expect([error.name, error.message]).toEqual([
      "ValidationException",
      "Transaction request cannot include multiple operations on one item",
    ]);
  });

  it("takes a hundred members and refuses a hundred and one", async () => {
    const bench = await openBench();
    const many = (n: number) => Array.from({ length: n }, (_, at) => put(`m${at}`));
    await transact(bench, many(100));
    expect((await errorOf(transact(bench, many(101)))).name).toBe("ValidationException");
  });

  it("refuses more than 4 MB together", async () => {
    const bench = await openBench();
    const big = Array.from({ length: 11 }, (_, n) => ({
      Put: { TableName: TABLE, Item: { ...key(`big${n}`), v: { S: "x".repeat(399_000) } } },
    }));
    const error = await errorOf(transact(bench, big));
    expect([error.name, await bench.read("big0")]).toEqual(["ValidationException", undefined]);
  });

  it("refuses a check without a condition", async () => {
    const bench = await openBench();
    const check = { ConditionCheck: { TableName: TABLE, Key: key("a") } } as TransactWriteItem;
    expect((await errorOf(transact(bench, [check]))).message).toMatch(/conditionCheck.conditionExpression/);
  });

  it("stays exact under a hundred transactions at once on the same two counters", async () => {
    const bench = await openBench();
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => transact(bench, n % 2 ? [add("a"), add("b")] : [add("b"), add("a")])),
    );
    expect([(await bench.read("a"))?.["n"], (await bench.read("b"))?.["n"]]).toEqual([{ N: "100" }, { N: "100" }]);
  });
});

describe("ClientRequestToken", () => {
  it("makes a repeated transaction happen once within ten minutes", async () => {
    const bench = await openBench();
    await transact(bench, [add("n")], "token");
    bench.clock.advance(10 * 60_000);
    await transact(bench, [add("n")], "token");
    expect((await bench.read("n"))?.["n"]).toEqual({ N: "1" });
  });

  it("is free again after ten minutes", async () => {
    const bench = await openBench();
    await transact(bench, [add("n")], "token");
    bench.clock.advance(10 * 60_000 + 1);
    await transact(bench, [add("n")], "token");
    expect((await bench.read("n"))?.["n"]).toEqual({ N: "2" });
  });

  it("refuses another transaction under the same token", async () => {
    const bench = await openBench();
    await transact(bench, [add("n")], "token");
    const error = await errorOf(transact(bench, [add("n", "2")], "token"));
    expect(error.name).toBe("IdempotentParameterMismatchException");
  });

  it("is not spent by a transaction that was cancelled", async () => {
    const bench = await openBench();
    await bench.put(key("taken"));
    const items = [add("n"), put("taken", absent)];
    await errorOf(transact(bench, items, "token"));
    expect((await errorOf(transact(bench, items, "token"))).name).toBe("TransactionCanceledException");
  });

  it("says so while the first transaction under it is still at work", async () => {
    const bench = await openBench();
    const [first, second] = await Promise.allSettled([
      transact(bench, [add("n")], "token"),
      transact(bench, [add("n")], "token"),
    ]);
    expect([first.status, second.status === "rejected" && second.reason.name]).toEqual([
      "fulfilled",
      "TransactionInProgressException",
    ]);
  });
});

describe("TransactGetItems", () => {
  it("answers in the order of the question, with nothing for what is absent", async () => {
    const bench = await openBench();
    await bench.put(key("a"));
    const gets = ["x", "a"].map((pk) => ({ Get: { TableName: TABLE, Key: key(pk) } }));
    const { Responses } = await bench.client.send(new TransactGetItemsCommand({ TransactItems: gets }));
    expect(Responses).toEqual([{}, { Item: key("a") }]);
  });

  it("never sees half of a transaction", async () => {
    const bench = await openBench();
    const gets = ["a", "b"].map((pk) => ({ Get: { TableName: TABLE, Key: key(pk) } }));
    const reads: unknown[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        await transact(bench, [add("a"), add("b")]);
        const { Responses } = await bench.client.send(new TransactGetItemsCommand({ TransactItems: gets }));
        const [a, b] = Responses?.map(({ Item }) => Item?.["n"]?.N) ?? [];
        if (a !== b) reads.push([a, b]);
      }),
    );
    expect(reads).toEqual([]);
  });
});
