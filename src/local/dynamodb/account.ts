import type { Clock } from "../../std/time.ts";
import type { Body } from "./bodies.ts";
import type { Place } from "./catalog.ts";
import { Catalog, nameInArn } from "./catalog.ts";
import { ContinuousBackups } from "./continuous-backups.ts";
import type { Checked } from "./dynalite.ts";
import { unknownOperation } from "./errors.ts";
import { Idempotency } from "./idempotency.ts";
import { Reader } from "./item-reads.ts";
import { batchWrite, readWrite } from "./item-writes.ts";
import { KeyLocks } from "./key-locks.ts";
import { Bytes } from "./level.ts";
import { Streams } from "./streams.ts";
import type { Subscription } from "./subscriptions.ts";
import { Tables } from "./tables.ts";
import { Tags } from "./tags.ts";
import { TimeToLive } from "./time-to-live.ts";
import { transactGet, transactWrite } from "./transactions.ts";
import { Writer } from "./writes.ts";

/** DynamoDB as one account sees it: its tables, its data, and the operations by name. */

type Operation = (body: Body, place: Place) => Checked | Promise<Checked>;

export interface AccountOptions {
  readonly clock: Clock;
  /** The account's own folder; memory without it. */
  readonly path: string | undefined;
  readonly subscriptions: Set<Subscription>;
}

export class Account {
  readonly #bytes: Bytes;
  readonly #ttl: TimeToLive;
  readonly #locks: KeyLocks;
  readonly #operations: ReadonlyMap<string, Operation>;

  private constructor(bytes: Bytes, ttl: TimeToLive, locks: KeyLocks, operations: Record<string, Operation>) {
    this.#bytes = bytes;
    this.#ttl = ttl;
    this.#locks = locks;
    this.#operations = new Map(Object.entries(operations));
  }

  static async open({ clock, path, subscriptions }: AccountOptions): Promise<Account> {
    const bytes = await Bytes.open(path);
    const catalog = await Catalog.load(bytes);
    const streams = await Streams.load(bytes, clock, subscriptions);
    const idempotency = await Idempotency.load(bytes, clock);
    const locks = new KeyLocks();
    const writer = new Writer(bytes, catalog, locks, streams);
    const reader = new Reader(bytes, catalog);
    const tables = new Tables(catalog, locks, clock);
    const ttl = new TimeToLive(bytes, catalog, writer, clock);
    const backups = new ContinuousBackups(catalog, clock);
    const tags = new Tags(catalog);
    return new Account(bytes, ttl, locks, {
      GetItem: (body) => reader.one("getItem", body),
      PutItem: (body) => writer.one(readWrite("putItem", body)),
      UpdateItem: (body) => writer.one(readWrite("updateItem", body)),
      DeleteItem: (body) => writer.one(readWrite("deleteItem", body)),
      Query: (body) => reader.one("query", body),
      Scan: (body) => reader.one("scan", body),
      BatchGetItem: (body) => reader.batch(body),
      BatchWriteItem: (body) => batchWrite(writer, body),
      TransactWriteItems: (body) => transactWrite(writer, idempotency, body),
      TransactGetItems: (body) => transactGet(writer, reader, locks, body),
      CreateTable: (body, place) => tables.create(body, place),
      DescribeTable: (body) => tables.describe(body),
      ListTables: (body) => tables.list(body),
      UpdateTable: (body, place) => tables.update(body, place),
      DeleteTable: (body) => tables.delete(body),
      DescribeTimeToLive: (body) => ttl.describe(body),
      UpdateTimeToLive: (body) => ttl.update(body),
      DescribeContinuousBackups: (body) => backups.describe(body),
      UpdateContinuousBackups: (body) => backups.update(body),
      TagResource: (body, place) => tags.add(body, place),
      UntagResource: (body, place) => tags.remove(body, place),
      ListTagsOfResource: (body, place) => tags.list(body, place),
    });
  }

  /** Runs one operation. Throws `DynamoError`. */
  async call(operation: string, body: Body, place: Place): Promise<Checked> {
    const run = this.#operations.get(operation);
    if (run === undefined) throw unknownOperation();
    return run(withoutTableArn(body, place), place);
  }

  expire(): Promise<number> {
    return this.#ttl.expire();
  }

  /** Waits for writes in progress, then releases the folder. */
  async close(): Promise<void> {
    await this.#locks.idle("");
    await this.#bytes.close();
  }
}

/** A table may be named by its ARN; inside, the name is all there is. */
const withoutTableArn = (body: Body, { accountId }: Place): Body => {
  const named = body["TableName"];
  const name = typeof named === "string" ? nameInArn(named, accountId) : undefined;
  return name === undefined ? body : { ...body, TableName: name };
};
