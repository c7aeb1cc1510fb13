import { GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { as, type MountId } from "../../../src/std/brand.ts";
import { isJsonObject, parseJson } from "../../../src/std/json.ts";
import { patience, runs } from "../../support/runs.ts";
import { createTestStore, observe, type TestStore, type TestTable } from "../../support/storage.ts";

/**
 * A mount's keys go while others add to them and to what is kept next to them, in every order of their calls, and while
 * whoever removes them dies and begins again: once it has answered, no key of the mount is in the table, then or later.
 */

const GONE = as<MountId>("kv:gone");
const NEIGHBOUR = as<MountId>("kv:neighbour");
const NEW = as<MountId>("kv:new");

/** Which wrapped keys of a domain the table has, in rows and among the newest. */
const leftOf = async ({ table }: TestStore, domain: MountId): Promise<readonly string[]> => {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": { S: `key#${domain}` } },
    }),
  );
  const rows = Items.filter(({ v }) => v !== undefined).map(({ sk }) => `row ${sk?.S}`);
  const copies = await table.client.send(
    new GetItemCommand({ TableName: table.tableName, Key: { pk: { S: "key#kv:" }, sk: { S: "!newest" } } }),
  );
  const body = copies.Item?.["v"]?.B;
  const kept = body === undefined ? {} : parseJson(Buffer.from(body).toString());
  return isJsonObject(kept) && domain in kept ? [...rows, "copy"] : rows;
};

interface Death {
  readonly call: number;
  readonly when: "before" | "after";
}

/** Dies once, at the call of its table that the death names. */
const mortal = (table: TestTable, death: Death | undefined, turn: () => Promise<void>): TestTable => {
  const own = observe(table.client, table.tableName);
  let left = death?.call ?? 0;
  const dies = (when: Death["when"]): void => {
    if (death?.when !== when || left <= 0) return;
    left -= 1;
    if (left === 0) throw Object.assign(new Error("killed"), { name: "Killed" });
  };
  own.before = async () => {
    await turn();
    dies("before");
  };
  own.after = () => dies("after");
  return own;
};

const untilItAnswers = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch {
    await work();
  }
};

const deaths = fc.option(
  fc.record({ call: fc.integer({ min: 1, max: 5 }), when: fc.constantFrom("before", "after") }),
  {
    nil: undefined,
  },
);

describe("shredding", () => {
  it(
    "leaves no key of the mount, whoever adds keys meanwhile",
    async () => {
      const tried = fc.asyncProperty(
        fc.scheduler(),
        deaths,
        fc.integer({ min: 0, max: 2 }),
        fc.boolean(),
        async (scheduler, death, rotations, among) => {
          const test = await createTestStore({ domainsAllowed: ["kv:*"] });
          for (const domain of [GONE, NEIGHBOUR]) await test.store.makeKeys(domain);
          // As in the table of a release that kept none together: a rotation brings the mount in.
          if (!among) await test.store.shred(NEIGHBOUR);
          const turn = (): Promise<void> => scheduler.schedule(Promise.resolve());
          const { dynamodb } = mortal(test.table, death, turn);
          test.table.before = turn;

          const work = Promise.allSettled([
            untilItAnswers(() => test.another({ dynamodb }).shred(GONE)),
            ...Array.from({ length: rotations }, () => test.another().rotate(GONE)),
            test.another().makeKeys(NEW),
            test.another().rotate(NEIGHBOUR),
          ]);
          const [shredded] = await scheduler.waitFor(work);
          test.table.before = () => undefined;

          expect(shredded).toMatchObject({ status: "fulfilled" });
          expect(await leftOf(test, GONE)).toEqual([]);
          await expect(test.another().rotate(GONE)).rejects.toThrow("is empty");
          expect(await leftOf(test, NEW)).toEqual(["row 0000000001", "row index", "copy"]);
          if (among) expect(await test.another().rotate(NEIGHBOUR)).toBe(3);
        },
      );
      await fc.assert(tried, { numRuns: runs(40, 2000) });
    },
    patience,
  );
});
