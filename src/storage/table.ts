import type { WriteRequest } from "@aws-sdk/client-dynamodb";
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDb,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "../aws-clients/dynamodb.ts";
import { ATTRIBUTES, EXPIRY_INDEX, PARTITION_KEY, SORT_KEY } from "../contract/table.ts";
import { type RandomSource, uuid } from "../std/random.ts";
import { type Lost, lostMembers, throwUnlessTransient } from "./dynamodb-errors.ts";
import { MAX_MEMBERS } from "./limits.ts";
import {
  claimOf,
  conditionOf,
  type DueRange,
  type Guard,
  type Item,
  itemKey,
  type Key,
  keyItem,
  keyText,
  memberOf,
  type Operation,
  type Range,
} from "./operation.ts";
import type { MakePatience } from "./patience.ts";

/**
 * The table as DynamoDB shows it: items, conditions, transactions, ranges. The only file that talks to DynamoDB and the
 * only one that knows the names of its errors. Trusts nothing it reads; must never read eventually consistently, save
 * from the expiry index.
 */

/** Sort keys from here on belong to parts of spread bodies; ranges leave them out. `~` is above every other ASCII. */
export const PART_MARK = "~";
/** Concurrent deletes while a partition is wiped. */
const SIDE_BY_SIDE = 8;
const AFTER_PARTS = "\u007f";

/** Most members of one BatchWriteItem. */
const BATCH_WRITES = 25;

/** What a single write is called. */
const SINGLE = { put: "PutItem", delete: "DeleteItem", claim: "UpdateItem" } as const;

/** `mayBeRecent`: see `Address`. */
export interface ReadKey extends Key {
  readonly mayBeRecent?: boolean | undefined;
}

export interface Table {
  /** Strongly consistent; absent items are absent from the answer. Any number of keys, doubles allowed. */
  read(keys: readonly ReadKey[]): Promise<ReadonlyMap<string, Item>>;
  /** All operations or none. Answers the guards that did not hold; an empty answer means: written. */
  apply(operations: readonly Operation[]): Promise<readonly Lost[]>;
  /** Deletes under a guard and answers the item; `undefined` when the guard did not hold. */
  remove(key: Key, guard: Guard): Promise<Item | undefined>;
  /** One page of a partition in order of sort keys; `next` is where the following page begins. */
  range(range: Range): Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>;
  /** Deletes everything in a partition, opening nothing. Idempotent. */
  wipe(pk: string): Promise<void>;
  /** Keys in a bucket of the expiry index that end by `until`. Eventually consistent. */
  due(bucket: string, range: DueRange): Promise<{ readonly items: readonly Item[]; readonly next: Item | undefined }>;
  /** All keys of the expiry index in one call; `undefined` where it has as many as `most`, or more. */
  allDue(most: number): Promise<readonly Item[] | undefined>;
  /** Deletes each for itself, whatever is there, 25 in one call. */
  discard(keys: readonly Key[]): Promise<void>;
}

export const openTable = (options: {
  readonly client: DynamoDb;
  readonly tableName: string;
  readonly random: RandomSource;
  readonly patience: MakePatience;
}): Table => {
  const { client, tableName, random, patience } = options;

  const attempt = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    const patient = patience(what);
    for (;;) {
      try {
        return await call();
      } catch (error) {
        throwUnlessTransient(what, error);
        await patient.pause(error);
      }
    }
  };

  const readBatch = async (keys: readonly Key[], found: Map<string, Item>): Promise<void> => {
    const patient = patience("BatchGetItem");
    let pending = keys.map(keyItem);
    while (pending.length > 0) {
      const command = new BatchGetItemCommand({
        RequestItems: { [tableName]: { Keys: pending, ConsistentRead: true } },
      });
      const answer = await attempt("BatchGetItem", () => client.send(command));
      for (const item of answer.Responses?.[tableName] ?? []) {
        found.set(keyText(itemKey(item)), item);
      }
      const left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
      // A batch beyond 16 MB comes in pieces without being throttled: pause only when nothing moved.
      if (left.length >= pending.length) await patient.pause(new Error("unprocessed keys"));
      pending = left;
    }
  };

  const discardBatch = async (keys: readonly Key[]): Promise<void> => {
    const patient = patience("BatchWriteItem");
    let pending: WriteRequest[] = keys.map((key) => ({ DeleteRequest: { Key: keyItem(key) } }));
    while (pending.length > 0) {
      const command = new BatchWriteItemCommand({ RequestItems: { [tableName]: pending } });
      const answer = await attempt("BatchWriteItem", () => client.send(command));
      pending = answer.UnprocessedItems?.[tableName] ?? [];
      // What is left was throttled, one partition of several perhaps.
      if (pending.length > 0) await patient.pause(new Error("unprocessed items"));
    }
  };

  const single = (operation: Operation): Promise<unknown> | undefined => {
    const common = { TableName: tableName, ...conditionOf(operation.guard) };
    if (operation.op === "put") return client.send(new PutItemCommand({ ...common, Item: operation.item }));
    if (operation.op === "delete")
      return client.send(new DeleteItemCommand({ ...common, Key: keyItem(operation.key) }));
    if (operation.op === "claim")
      return client.send(new UpdateItemCommand({ TableName: tableName, ...claimOf(operation.item, operation.guard) }));
    return undefined;
  };

  const table: Table = {
    read: async (keys) => {
      const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
      const found = new Map<string, Item>();
      const batches: Promise<void>[] = [];
      for (let at = 0; at < distinct.length; at += MAX_MEMBERS) {
        batches.push(readBatch(distinct.slice(at, at + MAX_MEMBERS), found));
      }
      await Promise.all(batches);
      return found;
    },

    apply: async (operations) => {
      const [first] = operations;
      if (first === undefined) return [];
      try {
        if (operations.length === 1 && first.op !== "check") {
          await attempt(SINGLE[first.op], async () => single(first));
          return [];
        }
        // The token makes a repetition harmless when the first try succeeded and only its answer was lost.
        const command = new TransactWriteItemsCommand({
          TransactItems: operations.map((operation) => memberOf(tableName, operation)),
          ClientRequestToken: uuid(random),
        });
        await attempt("TransactWriteItems", () => client.send(command));
        return [];
      } catch (error) {
        const lost = lostMembers(error);
        if (lost.length === 0) throw error;
        return lost;
      }
    },

    remove: async (key, guard) => {
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key: keyItem(key),
        ...conditionOf(guard),
        ReturnValues: "ALL_OLD",
      });
      try {
        return (await attempt("DeleteItem", () => client.send(command))).Attributes;
      } catch (error) {
        if (lostMembers(error).length > 0) return undefined;
        throw error;
      }
    },

    range: async ({ pk, prefix, after, limit, descending, everything }) => {
      const command = new QueryCommand({
        TableName: tableName,
        ConsistentRead: true,
        KeyConditionExpression: `#pk = :pk AND ${prefix === "" ? "#sk < :sk" : "begins_with(#sk, :sk)"}`,
        ExpressionAttributeNames: { "#pk": PARTITION_KEY, "#sk": SORT_KEY },
        ExpressionAttributeValues: {
          ":pk": { S: pk },
          ":sk": { S: prefix !== "" ? prefix : everything ? AFTER_PARTS : PART_MARK },
        },
        ProjectionExpression: everything ? "#pk, #sk" : undefined,
        ScanIndexForward: descending !== true,
        Limit: limit,
        ExclusiveStartKey: after === undefined ? undefined : keyItem({ pk, sk: after }),
      });
      const answer = await attempt("Query", () => client.send(command));
      return { items: answer.Items ?? [], next: answer.LastEvaluatedKey?.[SORT_KEY]?.S };
    },

    due: async (bucket, { until, limit, after, latestFirst }) => {
      const command = new QueryCommand({
        TableName: tableName,
        IndexName: EXPIRY_INDEX,
        KeyConditionExpression: "#bucket = :bucket AND #end <= :until",
        ExpressionAttributeNames: { "#bucket": ATTRIBUTES.bucket, "#end": ATTRIBUTES.end },
        ExpressionAttributeValues: { ":bucket": { S: bucket }, ":until": { N: String(until) } },
        ScanIndexForward: latestFirst !== true,
        Limit: limit,
        ExclusiveStartKey: after,
      });
      const answer = await attempt("Query", () => client.send(command));
      return { items: answer.Items ?? [], next: answer.LastEvaluatedKey };
    },

    allDue: async (most) => {
      const command = new ScanCommand({ TableName: tableName, IndexName: EXPIRY_INDEX, Limit: most });
      const { Items = [], LastEvaluatedKey } = await attempt("Scan", () => client.send(command));
      return LastEvaluatedKey === undefined ? Items : undefined;
    },

    discard: async (keys) => {
      for (let at = 0; at < keys.length; at += BATCH_WRITES) await discardBatch(keys.slice(at, at + BATCH_WRITES));
    },

    wipe: async (pk) => {
      let after: string | undefined;
      do {
        const page = await table.range({ pk, prefix: "", after, limit: MAX_MEMBERS, everything: true });
        const left = page.items.map((item): Key => ({ pk, sk: item[SORT_KEY]?.S ?? "" }));
        const work = async (): Promise<void> => {
          for (let key = left.pop(); key !== undefined; key = left.pop()) await table.apply([{ op: "delete", key }]);
        };
        await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
        after = page.next;
      } while (after !== undefined);
    },
  };
  return table;
};
