import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { as, type EpochSeconds } from "../../../src/std/brand.ts";
import type { Address } from "../../../src/storage/index.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";

const SPREAD: Address = { pk: "token#a", sk: "t", domain: "token" };
const OTHER: Address = { pk: "token#b", sk: "t", domain: "token" };
const large = (letter: string): string => letter.repeat(500_000);
const letterOf = (writing: number): string => String.fromCharCode(97 + (writing % 26));

let test: TestStore;

const write = (body: string): Promise<void> => test.store.write([{ op: "put", address: SPREAD, body, when: "any" }]);

const isReadOfParts = ({ input }: { readonly input: Readonly<Record<string, unknown>> }): boolean =>
  JSON.stringify(input["RequestItems"] ?? {}).includes("~");

/** Rewrites the entry between the read of its item and that of its parts, so many times. */
const rewrittenMeanwhile = (times: number): void => {
  let done = 0;
  test.table.before = async (call) => {
    if (call.operation !== "BatchGetItem" || !isReadOfParts(call) || done === times) return;
    done += 1;
    await write(large(letterOf(done)));
  };
};

const loseThePart = async (): Promise<void> => {
  const [entry] = await test.store.get([SPREAD]);
  const sk = `~${(entry?.n ?? 0).toString(36)}#1`;
  const Key = { pk: { S: SPREAD.pk }, sk: { S: sk } };
  const command = new DeleteItemCommand({ TableName: test.table.tableName, Key, ReturnValues: "ALL_OLD" });
  expect((await test.table.client.send(command)).Attributes).toBeDefined();
};

beforeEach(async () => {
  test = await createTestStore();
  await write(large("z"));
  await test.store.write([{ op: "put", address: OTHER, body: 2, when: "any" }]);
});

describe("a spread entry that is rewritten while it is read", () => {
  it.each([1, 4, 19])("is read whole after %i rewritings", async (times) => {
    rewrittenMeanwhile(times);

    const [spread, other] = await test.store.get([SPREAD, OTHER]);

    expect(spread?.body).toBe(large(letterOf(times)));
    expect(other?.body).toBe(2);
    expect(test.sleeps).toHaveLength(times);
  });

  it("is a 503 when that does not end, never a 500", async () => {
    rewrittenMeanwhile(Number.POSITIVE_INFINITY);
    const before = test.clock.now();

    await expect(test.store.get([SPREAD])).rejects.toMatchObject({ code: "storage_unavailable", retryAfter: 1 });

    expect(test.clock.now() - before).toBeLessThanOrEqual(3000);
    expect(test.events.filter(({ kind }) => kind === "refused")).toEqual([]);
  });

  it("is absent once it is deleted", async () => {
    test.table.before = async (call) => {
      if (call.operation !== "BatchGetItem" || !isReadOfParts(call)) return;
      test.table.before = () => undefined;
      await test.store.write([{ op: "delete", address: SPREAD, when: "any" }]);
    };

    expect(await test.store.get([SPREAD])).toEqual([undefined]);
  });
});

describe("a spread entry that lacks a part though nobody writes it", () => {
  const ENDS = as<EpochSeconds>(Date.UTC(2026, 0, 1, 1) / 1000);

  it("is refused, and an alarm can speak", async () => {
    await loseThePart();

    await expect(test.store.get([OTHER, SPREAD])).rejects.toMatchObject({
      code: "internal",
      reason: `refused ${SPREAD.pk} ${SPREAD.sk}: a part is missing`,
    });

    expect(test.events.filter(({ kind }) => kind === "refused")).toEqual([
      { kind: "refused", reason: "a part is missing" },
    ]);
  });

  it("is refused by a range and by the one who takes it, and stays", async () => {
    await loseThePart();

    await expect(test.store.query(SPREAD.pk, "token")).rejects.toMatchObject({ code: "internal" });
    await expect(test.store.take(SPREAD)).rejects.toMatchObject({ code: "internal" });
    await expect(test.store.get([SPREAD])).rejects.toMatchObject({ code: "internal" });
  });

  it("is refused before its TTL, and absent behind it, when DynamoDB has begun to remove it", async () => {
    const clear = { ttl: ENDS };
    await test.store.write([{ op: "put", address: SPREAD, body: large("t"), clear, when: "any" }]);
    await loseThePart();

    test.clock.advance(ENDS * 1000 - 10_000 - test.clock.now());
    await expect(test.store.get([SPREAD])).rejects.toMatchObject({ code: "internal" });

    test.clock.advance(10_000);
    expect((await test.store.get([SPREAD, OTHER])).map((entry) => entry?.body)).toEqual([undefined, 2]);
    expect((await test.store.query(SPREAD.pk, "token")).items).toEqual([]);
    expect(await test.store.take(SPREAD)).toBeUndefined();
  });
});
