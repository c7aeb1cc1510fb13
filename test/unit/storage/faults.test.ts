import {
  InternalServerError,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { type Address, ConditionFailed } from "../../../src/storage/index.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";

const A: Address = { pk: "token#a", sk: "t", domain: "token" };
const B: Address = { pk: "token#b", sk: "t", domain: "token" };

const throttled = () => new ProvisionedThroughputExceededException({ message: "", $metadata: {} });
const conflict = () =>
  new TransactionCanceledException({
    message: "",
    $metadata: {},
    CancellationReasons: [{ Code: "TransactionConflict" }, { Code: "None" }],
  });

let test: TestStore;

/** Fails the next `times` calls of an operation, before or after they take effect. */
const fail = (operation: string, times: number, error: () => Error, when: "before" | "after" = "before"): void => {
  let left = times;
  test.table[when] = (call: { readonly operation: string }) => {
    if (call.operation === operation && left > 0) {
      left -= 1;
      throw error();
    }
  };
};

const callsOf = (operation: string): number => test.table.calls.filter((call) => call.operation === operation).length;

beforeEach(async () => {
  test = await createTestStore();
  await test.store.write([{ op: "put", address: A, body: 1, when: "any" }]);
  test.table.calls.length = 0;
});

describe("a table that fails now and then", () => {
  it("is asked again after a random wait (F01)", async () => {
    fail("BatchGetItem", 3, throttled);

    expect((await test.store.get([A]))[0]?.body).toBe(1);
    expect(callsOf("BatchGetItem")).toBe(4);
    expect(test.sleeps).toHaveLength(3);
  });

  it("is told of, so that it can be counted", async () => {
    fail("BatchGetItem", 1, throttled);
    await test.store.get([A]);
    expect(test.events).toEqual([{ kind: "retried", reason: "BatchGetItem: ProvisionedThroughputExceededException" }]);
  });

  it.each([
    ["a server error", () => new InternalServerError({ message: "", $metadata: {} })],
    ["a broken connection", () => Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })],
    ["a 503", () => Object.assign(new Error("x"), { $metadata: { httpStatusCode: 503 } })],
  ])("is asked again after %s", async (_, error) => {
    fail("PutItem", 1, error);
    await test.store.write([{ op: "put", address: B, body: 2, when: "absent" }]);
    expect((await test.store.get([B]))[0]?.body).toBe(2);
  });

  it("gets conflicting transactions again (F06)", async () => {
    fail("TransactWriteItems", 4, conflict);
    await test.store.write([
      { op: "put", address: A, body: 2, when: "any" },
      { op: "put", address: B, body: 2, when: "any" },
    ]);
    expect((await test.store.get([A, B])).map((entry) => entry?.body)).toEqual([2, 2]);
  });

  it("sends the same token with every repetition of a transaction (F07)", async () => {
    fail("TransactWriteItems", 2, conflict);
    await test.store.write([
      { op: "put", address: A, body: 2, when: "any" },
      { op: "put", address: B, body: 2, when: "any" },
    ]);
    const tokens = test.table.calls.flatMap(({ operation, input }) =>
      operation === "TransactWriteItems" ? [input["ClientRequestToken"]] : [],
    );
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(1);
  });
});

describe("a table that stays away", () => {
  it("is given up within the budget, with a hint when to return (F01)", async () => {
    fail("BatchGetItem", Number.POSITIVE_INFINITY, throttled);
    const before = test.clock.now();

    await expect(test.store.get([A])).rejects.toMatchObject({ code: "storage_unavailable", retryAfter: 1 });
    expect(test.clock.now() - before).toBeLessThanOrEqual(3000);
  });

  it("is told of when it is given up, so that an alarm can speak", async () => {
    fail("BatchGetItem", Number.POSITIVE_INFINITY, throttled);
    await test.store.get([A]).catch(() => undefined);

    expect(test.events.filter(({ kind }) => kind === "unavailable")).toHaveLength(1);
  });

  it("and so is a key that cannot be unwrapped for now", async () => {
    test.kms.fail = throttled();
    await test
      .another()
      .get([A])
      .catch(() => undefined);

    expect(test.events).toEqual([
      { kind: "unavailable", reason: expect.stringContaining("ProvisionedThroughputExceededException") },
    ]);
  });

  it("is given up even if the clock has stopped", async () => {
    fail("BatchGetItem", Number.POSITIVE_INFINITY, throttled);
    const store = test.another({ sleep: async () => undefined });
    await expect(store.get([A])).rejects.toMatchObject({ code: "storage_unavailable" });
  });

  it("never makes a condition look failed (I12)", async () => {
    fail("PutItem", Number.POSITIVE_INFINITY, throttled);
    await expect(test.store.write([{ op: "put", address: B, body: 2, when: "absent" }])).rejects.not.toThrow(
      ConditionFailed,
    );
  });

  it("is not asked again when it says no", async () => {
    const denied = () => Object.assign(new Error("no"), { name: "AccessDeniedException" });
    fail("BatchGetItem", Number.POSITIVE_INFINITY, denied);
    await expect(test.store.get([A])).rejects.toMatchObject({ code: "internal" });
    expect(callsOf("BatchGetItem")).toBe(1);
  });
});

describe("unprocessed keys (F05)", () => {
  const holdBack = (times: number): void => {
    let left = times;
    test.table.after = (call, answer) => {
      if (call.operation !== "BatchGetItem" || left === 0) return;
      left -= 1;
      const output = answer as { Responses: Record<string, unknown[]>; UnprocessedKeys: Record<string, unknown> };
      const asked = call.input["RequestItems"] as Record<string, unknown>;
      output.Responses = {};
      output.UnprocessedKeys = asked;
    };
  };

  it("are asked for again until they come", async () => {
    holdBack(3);
    expect((await test.store.get([A]))[0]?.body).toBe(1);
    expect(callsOf("BatchGetItem")).toBe(4);
  });

  it("are never taken for absent", async () => {
    holdBack(Number.POSITIVE_INFINITY);
    await expect(test.store.get([A])).rejects.toMatchObject({ code: "storage_unavailable" });
  });
});

describe("an answer that got lost after the write took effect (F03)", () => {
  const reset = () => Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });

  it("does not turn a conditional write into a lost race", async () => {
    const n = (await test.store.get([A]))[0]?.n ?? 0;
    fail("PutItem", 1, reset, "after");

    await test.store.write([{ op: "put", address: A, body: 2, when: { n } }]);

    expect((await test.store.get([A]))[0]?.body).toBe(2);
  });

  it("does not turn a creation into a lost race", async () => {
    fail("PutItem", 1, reset, "after");
    await test.store.write([{ op: "put", address: B, body: 2, when: "absent" }]);
    expect((await test.store.get([B]))[0]?.body).toBe(2);
  });

  it("does not turn a transaction into a lost race", async () => {
    fail("TransactWriteItems", 1, reset, "after");
    await test.store.write([
      { op: "put", address: B, body: 2, when: "absent" },
      { op: "check", address: A, when: "present" },
    ]);
    expect((await test.store.get([B]))[0]?.body).toBe(2);
  });

  it("still tells when somebody else was first", async () => {
    const n = (await test.store.get([A]))[0]?.n ?? 0;
    await test.store.write([{ op: "put", address: A, body: 3, when: { n } }]);
    await expect(test.store.write([{ op: "put", address: A, body: 2, when: { n } }])).rejects.toThrow(ConditionFailed);
  });
});

describe("a spread entry that is rewritten while its range is read", () => {
  const large = (letter: string) => letter.repeat(800_000);
  const spread: Address = { pk: A.pk, sk: "tb", domain: "token" };
  const bodies = async () => {
    const { items } = await test.store.query(A.pk, "token");
    return items.map(({ body }) => (typeof body === "string" ? `${body.slice(0, 1)} ${body.length}` : body));
  };
  /** Changes the entry between the read of the range and that of the entry's parts. */
  const meanwhile = (change: () => Promise<void>): void => {
    test.table.before = async ({ operation }) => {
      if (operation !== "BatchGetItem") return;
      test.table.before = () => undefined;
      await change();
    };
  };

  beforeEach(async () => {
    await test.store.write([{ op: "put", address: spread, body: large("x"), when: "any" }]);
    await test.store.write([{ op: "put", address: { ...spread, sk: "tc" }, body: 3, when: "any" }]);
  });

  it("is shown as it is now, where it was", async () => {
    meanwhile(() => test.store.write([{ op: "put", address: spread, body: large("y"), when: "any" }]));
    expect(await bodies()).toEqual([1, "y 800000", 3]);
  });

  it("is left out once it is removed", async () => {
    meanwhile(() => test.store.write([{ op: "delete", address: spread, when: "any" }]));
    expect(await bodies()).toEqual([1, 3]);
  });
});

describe("KMS out of reach", () => {
  const away = () => Object.assign(new Error("slow down"), { name: "ThrottlingException" });

  it("is a 503, and no entry is taken that could not be opened (F17, I4)", async () => {
    const cold = test.another();
    test.kms.fail = away();

    await expect(cold.take(A)).rejects.toMatchObject({ code: "storage_unavailable" });

    test.kms.fail = undefined;
    expect((await cold.take(A))?.body).toBe(1);
  });

  it("does not disturb an environment that holds the keys", async () => {
    test.kms.fail = away();
    expect((await test.store.get([A]))[0]?.body).toBe(1);
  });
});
