import {
  ConditionalCheckFailedException,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import type { Item, Key } from "../../../src/storage/operation.ts";
import { cursorOf, ExpiryIndex } from "./expiry-index.ts";
import { type Change, changeOf, type Fields, fields, keyOf, list, membersOf, requestedChange, text } from "./inputs.ts";
import { Items, type Stored } from "./items.ts";
import type { Simulation } from "./simulation.ts";
import { bytesOf, steps, Units } from "./units.ts";

/**
 * DynamoDB as the sweeper meets it: items, conditions and transactions; an index that lags; calls that take time;
 * partitions that take so many units a second and refuse the rest (`units.ts`).
 */

/** Milliseconds, first byte out to last byte in. */
const LATENCY_MS = 5;
const BATCH_LATENCY_MS = 10;
/** The index shows a write after some time up to this. */
const INDEX_LAG_MS = 1000;
/** What an item of the index takes besides its attributes, in bytes. */
const INDEX_OVERHEAD = 100;

const $metadata = {};

export class SimulatedTable {
  readonly units: Units;
  /** By operation. */
  readonly calls = new Map<string, number>();
  /** While it is loaded, nothing takes time or is counted. */
  loading = true;

  readonly #simulation: Simulation;
  readonly #random: () => number;
  readonly #items = new Items();
  readonly #index = new ExpiryIndex();

  constructor(simulation: Simulation, random: () => number) {
    this.#simulation = simulation;
    this.#random = random;
    this.units = new Units(() => simulation.now());
  }

  /** One call of the SDK, by a process whose processor is ready for it at `readyMs`. */
  async call(operation: string, input: Fields, readyMs: number): Promise<object> {
    if (this.loading) return this.#run(operation, input);
    const took = /Batch|Transact/.test(operation) ? BATCH_LATENCY_MS : LATENCY_MS;
    this.calls.set(operation, (this.calls.get(operation) ?? 0) + 1);
    await this.#simulation.sleep(readyMs - this.#simulation.exact() + took);
    return this.#run(operation, input);
  }

  #run(operation: string, input: Fields): object {
    switch (operation) {
      case "BatchGetItem":
        return this.#batchGet(input);
      case "BatchWriteItem":
        return this.#batchWrite(input);
      case "PutItem":
      case "DeleteItem":
        return this.#single(input);
      case "TransactWriteItems":
        return this.#transact(input);
      case "Query":
        return input["IndexName"] === undefined ? this.#query(input) : this.#due(input);
      case "Scan":
        return this.#shown("index", this.#index.all(Number(input["Limit"])));
      default:
        throw new Error(`the simulated table does not know ${operation}`);
    }
  }

  /** Takes units of a partition, or refuses. */
  #take(kind: "reads" | "writes", partition: string, units: number): boolean {
    return this.loading || this.units.take(kind, partition, units);
  }

  #refuse(): never {
    throw new ProvisionedThroughputExceededException({ message: "too many requests for a partition", $metadata });
  }

  // Reads

  #batchGet(input: Fields): object {
    const [[name = "", request] = []] = Object.entries(fields(input["RequestItems"]));
    const found: Item[] = [];
    const left: object[] = [];
    for (const given of list(fields(request)["Keys"])) {
      const key = keyOf(fields(given));
      const units = steps(this.#items.stored(key)?.bytes ?? 0, 4096);
      if (!this.#take("reads", key.pk, units)) left.push(fields(given));
      else found.push(...[this.#items.found(key)].filter((item) => item !== undefined));
    }
    const unprocessed = left.length === 0 ? {} : { [name]: { ...fields(request), Keys: left } };
    return { Responses: { [name]: found }, UnprocessedKeys: unprocessed };
  }

  #query(input: Fields): object {
    const values = fields(input["ExpressionAttributeValues"]);
    const [pk, bound] = [text(values[":pk"]), text(values[":sk"])];
    const isPrefix = String(input["KeyConditionExpression"]).includes("begins_with");
    const after = fields(fields(input["ExclusiveStartKey"])["sk"])["S"];
    const keys = this.#items
      .sortKeys(pk)
      .filter((sk) => (isPrefix ? sk.startsWith(bound) : sk < bound))
      .sort();
    const backwards = input["ScanIndexForward"] === false;
    if (backwards) keys.reverse();
    const limit = Number(input["Limit"] ?? 1000);
    const rest = typeof after === "string" ? keys.filter((sk) => (backwards ? sk < after : sk > after)) : keys;
    const page = rest.slice(0, limit);
    const items = page.map((sk) => this.#items.found({ pk, sk })).filter((item) => item !== undefined);
    const bytes = items.reduce((sum, item) => sum + bytesOf(item), 0);
    if (!this.#take("reads", pk, steps(bytes, 4096))) this.#refuse();
    const last = page.at(-1);
    const next = rest.length > limit && last !== undefined ? { pk: { S: pk }, sk: { S: last } } : undefined;
    return { Items: items, LastEvaluatedKey: next };
  }

  #due(input: Fields): object {
    const values = fields(input["ExpressionAttributeValues"]);
    const bucket = text(values[":bucket"]);
    const start = input["ExclusiveStartKey"];
    const shown = this.#index.query({
      bucket,
      until: Number(fields(values[":until"])["N"]),
      limit: Number(input["Limit"]),
      // What the program gives back is what this answered.
      after: start === undefined ? undefined : cursorOf(start as Item),
      latestFirst: input["ScanIndexForward"] === false,
    });
    return this.#shown(`index ${bucket}`, shown);
  }

  #shown(partition: string, { items, more }: { readonly items: readonly Item[]; readonly more: boolean }): object {
    const bytes = items.reduce((sum, item) => sum + bytesOf(item) + INDEX_OVERHEAD, 0);
    if (!this.#take("reads", partition, steps(bytes, 4096) / 2)) this.#refuse();
    return { Items: items, LastEvaluatedKey: more ? items.at(-1) : undefined };
  }

  // Writes

  /** Units of one write of the table, and of the index by partition. */
  #units({ key, item }: Change, times: number): ReadonlyMap<string, number> {
    const before = this.#items.stored(key);
    const bytes = Math.max(before?.bytes ?? 0, item ? bytesOf(item) : 0);
    const units = new Map([[key.pk, times * steps(bytes, 1024)]]);
    const bucket = item?.["bucket"]?.S;
    const exp = Number(item?.["exp"]?.N);
    if (before?.bucket === bucket && (bucket === undefined || before?.exp === exp)) return units;
    if (before?.bucket !== undefined) units.set(`index ${before.bucket}`, 1);
    if (bucket !== undefined) units.set(`index ${bucket}`, (units.get(`index ${bucket}`) ?? 0) + 1);
    return units;
  }

  #afford(change: Change, times = 1): boolean {
    return [...this.#units(change, times)].every(([partition, units]) => this.#take("writes", partition, units));
  }

  #apply({ key, item }: Change): void {
    const before = this.#items.stored(key);
    this.#items.set(key, item);
    this.#show(key, before);
  }

  /** Tells the index, which shows it later. */
  #show(key: Key, before: Stored | undefined): void {
    const after = this.#items.stored(key);
    if (before?.bucket === after?.bucket && before?.exp === after?.exp) return;
    if (this.loading) {
      if (after?.bucket !== undefined) this.#index.load(after.bucket, after.exp, key);
      return;
    }
    if (before?.bucket === undefined && after?.bucket === undefined) return;
    this.#simulation.at(this.#simulation.exact() + this.#random() * INDEX_LAG_MS, () => {
      if (before?.bucket !== undefined) this.#index.remove(before.bucket, before.exp, key);
      const now = this.#items.stored(key);
      if (now?.bucket !== undefined) this.#index.put(now.bucket, now.exp, key);
    });
  }

  #single(input: Fields): object {
    const change = changeOf(input);
    if (!this.#afford(change)) this.#refuse();
    const before = this.#items.found(change.key);
    if (!change.holds(before)) {
      const shown = before ? { Item: before } : {};
      throw new ConditionalCheckFailedException({ message: "the condition failed", $metadata, ...shown });
    }
    this.#apply(change);
    return {};
  }

  #batchWrite(input: Fields): object {
    const [[name = "", requests] = []] = Object.entries(fields(input["RequestItems"]));
    const left: unknown[] = [];
    for (const request of list(requests)) {
      const change = requestedChange(request);
      if (this.#afford(change)) this.#apply(change);
      else left.push(request);
    }
    return { UnprocessedItems: left.length === 0 ? {} : { [name]: left } };
  }

  #transact(input: Fields): object {
    const members = membersOf(input);
    if (!members.every(({ change }) => this.#afford(change, 2))) {
      const reasons = members.map(() => ({ Code: "ThrottlingError" }));
      throw new TransactionCanceledException({ message: "throttled", $metadata, CancellationReasons: reasons });
    }
    const CancellationReasons = members.map(({ change }) => {
      const before = this.#items.found(change.key);
      if (change.holds(before)) return { Code: "None" };
      return { Code: "ConditionalCheckFailed", ...(before ? { Item: before } : {}) };
    });
    if (CancellationReasons.some(({ Code }) => Code !== "None")) {
      throw new TransactionCanceledException({ message: "a condition failed", $metadata, CancellationReasons });
    }
    for (const { kind, change } of members) if (kind !== "ConditionCheck") this.#apply(change);
    return {};
  }
}
