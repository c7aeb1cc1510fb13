import { itemBytes } from "../../../src/local/dynamodb/sizes.ts";
import type { Call } from "../../../test/support/storage.ts";

/**
 * What calls to the table consume, as DynamoDB's documentation counts it: strongly consistent reads in steps of 4 KB,
 * half of that from the index, which is eventually consistent; writes in steps of 1 KB, members of transactions twice, one more for an entry of the index, condition checks like
 * writes of what they look at.
 */

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? { ...value } : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export interface Consumed {
  readonly calls: number;
  readonly reads: number;
  readonly writes: number;
}

/** The client's own form of an item has bytes where the wire has base64. */
const bytesOf = (item: unknown): number => {
  const wire = Object.entries(fields(item)).map(([name, value]) => {
    const { B } = fields(value) as { B?: unknown };
    return [name, B instanceof Uint8Array ? { B: Buffer.from(B).toString("base64") } : value];
  });
  return itemBytes(Object.fromEntries(wire));
};

const steps = (bytes: number, step: number): number => Math.max(1, Math.ceil(bytes / step));

/**
 * One write; a delete counts as the smallest item, which ours are. The index takes its entry outside the transaction.
 */
const written = (input: Fields, times: 1 | 2): number => {
  const { Item } = input as { Item?: unknown };
  const indexed = Item !== undefined && "bucket" in fields(Item) ? 1 : 0;
  return times * steps(Item === undefined ? 0 : bytesOf(Item), 1024) + indexed;
};

type Units = Omit<Consumed, "calls">;

const ofTransaction = (input: Fields): number =>
  list(input["TransactItems"])
    .flatMap((member) => Object.values(fields(member)))
    .reduce((sum: number, one) => sum + written(fields(one), 2), 0);

/** The index is read eventually consistently. */
const ofRange = (input: Fields): Units => ({ reads: "IndexName" in input ? 0.5 : 1, writes: 0 });

const UNITS: Readonly<Record<string, (input: Fields) => Units>> = {
  BatchGetItem: (input) => ({
    reads: Object.values(fields(input["RequestItems"])).flatMap((one) => list(fields(one)["Keys"])).length,
    writes: 0,
  }),
  Query: ofRange,
  Scan: ofRange,
  TransactWriteItems: (input) => ({ reads: 0, writes: ofTransaction(input) }),
  PutItem: (input) => ({ reads: 0, writes: written(input, 1) }),
  DeleteItem: (input) => ({ reads: 0, writes: written(input, 1) }),
};

/** Items read are taken for one step each, which the operations measured here stay below. */
export const consumptionOf = (calls: readonly Call[]): Consumed => {
  const total = { calls: calls.length, reads: 0, writes: 0 };
  for (const { operation, input } of calls) {
    const units = UNITS[operation]?.(input);
    if (units === undefined) throw new Error(`no count for ${operation}`);
    total.reads += units.reads;
    total.writes += units.writes;
  }
  return total;
};
