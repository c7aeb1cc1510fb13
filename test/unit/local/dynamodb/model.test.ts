import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createEmbeddedDynamo } from "../../../../src/local/dynamodb/index.ts";
import { HandClock, key, TABLE, tableInput } from "./fixture.ts";

/** One member of a transaction on one of a few counters. */
interface Step {
  readonly kind: "put" | "add" | "delete" | "check";
  readonly pk: string;
  readonly n: number;
  readonly when: "any" | "absent" | "present" | "equal";
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("put", "add", "delete", "check"),
  pk: fc.constantFrom("a", "b", "c", "d"),
  n: fc.integer({ min: 0, max: 2 }),
  when: fc.constantFrom("any", "absent", "present", "equal"),
});

/** Up to four members, now and then on the same item. */
const transaction = fc
  .array(step, { minLength: 1, maxLength: 4 })
  .map((steps) =>
    steps.map((one) => (one.kind === "check" && one.when === "any" ? { ...one, when: "present" as const } : one)),
  );

/** What a transaction should do, said in the plainest way: try on a copy, keep the copy if nothing objects. */
const modelled = (state: Map<string, number>, steps: readonly Step[]): string => {
  if (new Set(steps.map(({ pk }) => pk)).size < steps.length) return "ValidationException";
  const reasons = steps.map(({ pk, when, n }) => {
    const now = state.get(pk);
    const holds = { any: true, absent: now === undefined, present: now !== undefined, equal: now === n };
    return holds[when] ? "None" : "ConditionalCheckFailed";
  });
  if (reasons.some((reason) => reason !== "None")) return reasons.join(", ");
  for (const { kind, pk, n } of steps) {
    if (kind === "put") state.set(pk, n);
    if (kind === "add") state.set(pk, (state.get(pk) ?? 0) + n);
    if (kind === "delete") state.delete(pk);
  }
  return "done";
};

const CONDITIONS = { absent: "attribute_not_exists(pk)", present: "attribute_exists(pk)", equal: "n = :same" };

const member = ({ kind, pk, n, when }: Step): object => {
  const values = {
    ...(kind === "add" ? { ":n": { N: String(n) } } : {}),
    ...(when === "equal" ? { ":same": { N: String(n) } } : {}),
  };
  const shared = {
    TableName: TABLE,
    ...(when === "any" ? {} : { ConditionExpression: CONDITIONS[when] }),
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  };
  if (kind === "put") return { Put: { ...shared, Item: { ...key(pk), n: { N: String(n) } } } };
  if (kind === "add") return { Update: { ...shared, Key: key(pk), UpdateExpression: "ADD n :n" } };
  return { [kind === "delete" ? "Delete" : "ConditionCheck"]: { ...shared, Key: key(pk) } };
};

const open = async () => {
  const dynamo = createEmbeddedDynamo({ clock: new HandClock() });
  const call = async (operation: string, body: object) => {
    const answer = await dynamo.handle({
      target: `DynamoDB_20120810.${operation}`,
      body: Buffer.from(JSON.stringify(body)),
      accountId: "000000000000",
      region: "us-east-1",
    });
    return JSON.parse(Buffer.from(answer.body).toString());
  };
  await call("CreateTable", tableInput());
  return {
    async transact(steps: readonly Step[]): Promise<string> {
      const answer = await call("TransactWriteItems", { TransactItems: steps.map(member) });
      const reasons: { Code: string }[] | undefined = answer.CancellationReasons;
      if (reasons !== undefined) return reasons.map(({ Code }) => Code).join(", ");
      return answer.__type?.replace(/^.*#/, "") ?? "done";
    },
    async state(): Promise<Map<string, number>> {
      const { Items } = await call("Scan", { TableName: TABLE });
      return new Map(
        Items.map((item: Record<string, Record<string, string>>) => [item["pk"]?.["S"], Number(item["n"]?.["N"])]),
      );
    },
  };
};

describe("transactions against a plain model", () => {
  it("agree one after the other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { maxLength: 12 }), async (transactions) => {
        const [table, state] = [await open(), new Map<string, number>()];
        for (const steps of transactions) expect(await table.transact(steps)).toBe(modelled(state, steps));
        expect(await table.state()).toEqual(state);
      }),
      { numRuns: 80 },
    );
  });

  it("agree all at once, in the order they came in", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { maxLength: 25 }), async (transactions) => {
        const [table, state] = [await open(), new Map<string, number>()];
        const answers = await Promise.all(transactions.map((steps) => table.transact(steps)));
        expect(answers).toEqual(transactions.map((steps) => modelled(state, steps)));
        expect(await table.state()).toEqual(state);
      }),
      { numRuns: 80 },
    );
  });
});
