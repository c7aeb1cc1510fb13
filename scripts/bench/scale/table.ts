import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { DynamoDb } from "../../../src/aws-clients/dynamodb.ts";
import type { Item, Key } from "../../../src/storage/operation.ts";
import {
  type Change,
  changeOf,
  type Fields,
  fields,
  keyOf,
  list,
  membersOf,
  requestedChange,
} from "../leases/inputs.ts";
import { bytesOf, steps } from "../leases/units.ts";
import { Ends, type Shown } from "./ends.ts";
import { rangeOf } from "./ranges.ts";
import { itemOf, Rows, type Stored, storedOf } from "./rows.ts";

/**
 * DynamoDB in this process, made for tables of a million items: items, conditions, transactions and ranges, with calls
 * and units counted by the size of items as AWS bills them. Nothing is refused for being too much, and nothing takes
 * time.
 */

/** What was spent: of the table, with its index, and of KMS. */
export interface Spent {
  readonly calls: number;
  /** Times that something was waited for: calls side by side are one round. */
  readonly rounds: number;
  readonly reads: number;
  readonly writes: number;
}

/** Bytes of items after which a query ends its page, and a batch read leaves the rest unread. */
const PAGE_BYTES = 1024 * 1024;
const BATCH_BYTES = 16 * PAGE_BYTES;

const keyOnly = (item: Item | undefined): Item | undefined =>
  item && { pk: item["pk"] ?? { S: "" }, sk: item["sk"] ?? { S: "" } };

const $metadata = {};

export class CountedTable {
  /** While it is filled nothing is counted, and every sort key is new. */
  loading = false;
  readonly made: string[] = [];
  #rounds = 0;
  #wave: Promise<void> | undefined;
  #reads = 0;
  #writes = 0;
  readonly #partitions = new Map<string, Rows>();
  readonly #ends = new Ends();

  /** What was spent since the last time. */
  take(): Spent {
    const spent = { calls: this.made.length, rounds: this.#rounds, reads: this.#reads, writes: this.#writes };
    this.made.length = 0;
    this.#rounds = 0;
    this.#reads = 0;
    this.#writes = 0;
    return spent;
  }

  /** After it was filled: so that no operation pays for it. */
  settle(): void {
    for (const rows of this.#partitions.values()) rows.settle();
    this.#ends.settle();
  }

  /** A call that something else than the table was asked. */
  note(call: string): void {
    if (!this.loading) this.made.push(call);
  }

  /** A client whose calls end here. */
  client(): DynamoDb {
    const client = new DynamoDb({
      region: "us-east-1",
      credentials: { accessKeyId: "none", secretAccessKey: "none" },
      endpoint: () => Promise.reject(new Error("the table is in this process")),
    });
    const send = async (command: { readonly input: object }): Promise<object> => {
      if (!this.loading) await this.#wait();
      return this.#call(command.constructor.name.replace("Command", ""), { ...command.input });
    };
    Object.defineProperty(client, "send", { value: send });
    return client;
  }

  /** All calls that are made before the next turn of the event loop are answered in that one. */
  #wait(): Promise<void> {
    this.#wave ??= new Promise((resolve) => {
      this.#rounds += 1;
      setImmediate(() => {
        this.#wave = undefined;
        resolve();
      });
    });
    return this.#wave;
  }

  #call(operation: string, input: Fields): object {
    this.note(operation);
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
        return input["IndexName"] === undefined ? this.#query(input) : this.#shown(this.#ends.query(input));
      case "Scan":
        return this.#shown(this.#ends.scan(input));
      default:
        throw new Error(`the counted table does not know ${operation}`);
    }
  }

  #stored({ pk, sk }: Key): Stored | undefined {
    return this.#partitions.get(pk)?.get(sk);
  }

  #found(key: Key): Item | undefined {
    const stored = this.#stored(key);
    return stored && itemOf(key, stored);
  }

  // Reads

  #batchGet(input: Fields): object {
    const [[name = "", request] = []] = Object.entries(fields(input["RequestItems"]));
    const found: Item[] = [];
    const left: object[] = [];
    let bytes = 0;
    for (const given of list(fields(request)["Keys"])) {
      const key = keyOf(fields(given));
      const stored = this.#stored(key);
      bytes += stored?.bytes ?? 0;
      if (bytes > BATCH_BYTES && found.length > 0) {
        left.push(fields(given));
        continue;
      }
      this.#reads += steps(stored?.bytes ?? 0, 4096);
      if (stored) found.push(itemOf(key, stored));
    }
    const unprocessed = left.length === 0 ? {} : { [name]: { ...fields(request), Keys: left } };
    return { Responses: { [name]: found }, UnprocessedKeys: unprocessed };
  }

  #query(input: Fields): object {
    const { pk, start, backwards, within, limit } = rangeOf(input);
    const items: Item[] = [];
    let bytes = 0;
    let more = false;
    for (const [sk, stored] of this.#partitions.get(pk)?.from(start, backwards) ?? []) {
      if (!within(sk)) break;
      more = items.length === limit || bytes >= PAGE_BYTES;
      if (more) break;
      items.push(itemOf({ pk, sk }, stored));
      bytes += stored.bytes;
    }
    this.#reads += steps(bytes, 4096);
    return { Items: items, LastEvaluatedKey: more ? keyOnly(items.at(-1)) : undefined };
  }

  #shown({ answer, reads }: Shown): object {
    this.#reads += reads;
    return answer;
  }

  // Writes

  /** Of the table, `times` in a transaction, and of the index. */
  #spend({ key, item }: Change, times: number): void {
    const before = this.#stored(key);
    const bytes = Math.max(before?.bytes ?? 0, item ? bytesOf(item) : 0);
    this.#writes += times * steps(bytes, 1024);
    const [was, is] = [before?.rest, item];
    const [from, to] = [was?.["bucket"]?.S, is?.["bucket"]?.S];
    if (from === to && (from === undefined || was?.["exp"]?.N === is?.["exp"]?.N)) return;
    this.#writes += (from === undefined ? 0 : 1) + (to === undefined ? 0 : 1);
  }

  #apply({ key, item }: Change): void {
    const { pk, sk } = key;
    this.#ends.change(key, this.loading ? undefined : this.#stored(key)?.rest, item, this.loading);
    const rows = this.#partitions.get(pk) ?? new Rows();
    if (item) {
      if (this.loading) rows.load(sk, storedOf(item));
      else rows.set(sk, storedOf(item));
      this.#partitions.set(pk, rows);
    } else if (!rows.delete(sk)) this.#partitions.delete(pk);
  }

  #single(input: Fields): object {
    const change = changeOf(input);
    const before = this.loading ? undefined : this.#found(change.key);
    if (!this.loading && !change.holds(before)) {
      this.#spend({ ...change, item: undefined }, 1);
      const shown = before ? { Item: before } : {};
      throw new ConditionalCheckFailedException({ message: "the condition failed", $metadata, ...shown });
    }
    if (!this.loading) this.#spend(change, 1);
    this.#apply(change);
    return input["ReturnValues"] === "ALL_OLD" && before ? { Attributes: before } : {};
  }

  #batchWrite(input: Fields): object {
    for (const request of Object.values(fields(input["RequestItems"])).flatMap(list)) {
      const change = requestedChange(request);
      this.#spend(change, 1);
      this.#apply(change);
    }
    return {};
  }

  #transact(input: Fields): object {
    const members = membersOf(input);
    if (this.loading) {
      for (const { change } of members) this.#apply(change);
      return {};
    }
    for (const { change } of members) this.#spend(change, 2);
    const CancellationReasons = members.map(({ change }) => {
      const before = this.#found(change.key);
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
