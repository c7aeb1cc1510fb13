import { createHash } from "node:crypto";
import type { AttributeValue, DynamoDBRecord, StreamRecord } from "aws-lambda";
import type { Item, Table } from "dynalite/db/index.js";
import { defined } from "../../std/defined.ts";
import type { Clock } from "../../std/time.ts";
import { keyOf } from "./catalog.ts";
import type { Bytes } from "./level.ts";
import { itemBytes } from "./sizes.ts";
import type { Listener, Subscription } from "./subscriptions.ts";

/**
 * Change records in the shape a Lambda function gets them, and who hears of them. A record is made only after its write
 * is on disk; records of one item come in the order of its writes. Records that were not delivered when the process
 * ends are gone: consumers must not be the only way anything is ever cleaned up.
 */

/** One item before and after a committed write. */
export interface Change {
  readonly table: Table;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** Set on records of TTL removals, which no caller asked for. Source: Developer Guide, "DynamoDB Streams and TTL". */
export const TTL_SERVICE = { type: "Service", principalId: "dynamodb.amazonaws.com" } as const;

const GENERATION = "meta~stream-generation";
const VIEWS = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"] as const;
export type StreamView = (typeof VIEWS)[number];

/** The view type of a table's stream; undefined while the table has none. */
export const streamView = (table: Table): StreamView | undefined => {
  const specification = table["StreamSpecification"];
  if (typeof specification !== "object" || specification === null || !("StreamViewType" in specification)) return;
  return VIEWS.find((view) => view === specification.StreamViewType);
};

const sorted = (values: readonly string[]): string => JSON.stringify([...values].sort());

const sameValue = (a: AttributeValue, b: AttributeValue): boolean => {
  if (a.M !== undefined && b.M !== undefined) return sameItem(a.M, b.M);
  if (a.L !== undefined && b.L !== undefined) {
    const other = b.L;
    return a.L.length === other.length && a.L.every((value, n) => sameValue(value, other[n] ?? { NULL: true }));
  }
  const [left, right] = [a.SS ?? a.NS ?? a.BS, b.SS ?? b.NS ?? b.BS];
  if (left !== undefined && right !== undefined && Object.keys(a)[0] === Object.keys(b)[0])
    return sorted(left) === sorted(right);
  return JSON.stringify(a) === JSON.stringify(b);
};

const sameItem = (a: Item, b: Item): boolean => {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => {
      const [left, right] = [a[name], b[name]];
      return left !== undefined && right !== undefined && sameValue(left, right);
    })
  );
};

export class Streams {
  readonly #clock: Clock;
  readonly #generation: number;
  readonly #subscriptions: Set<Subscription>;
  #count = 0;

  private constructor(clock: Clock, generation: number, subscriptions: Set<Subscription>) {
    this.#clock = clock;
    this.#generation = generation;
    this.#subscriptions = subscriptions;
  }

  /** Each opening numbers its records above every earlier one's. */
  static async load(bytes: Bytes, clock: Clock, subscriptions: Set<Subscription>): Promise<Streams> {
    const generation = Number(bytes.get(GENERATION) ?? 0) + 1;
    await bytes.commit([{ type: "put", key: GENERATION, value: generation }]);
    return new Streams(clock, generation, subscriptions);
  }

  /** Queues the records of one committed write. A write that changed nothing makes no record, as AWS documents. */
  publish(changes: readonly Change[], userIdentity?: typeof TTL_SERVICE): void {
    for (const change of changes) {
      const record = this.#record(change, userIdentity);
      if (record === undefined) continue;
      for (const subscription of this.#subscriptions) {
        if (subscription.hears(change.table)) subscription.push(record);
      }
    }
  }

  #record({ table, before, after }: Change, userIdentity?: typeof TTL_SERVICE): DynamoDBRecord | undefined {
    const view = streamView(table);
    const item = after ?? before;
    if (view === undefined || item === undefined) return;
    if (before !== undefined && after !== undefined && sameItem(before, after)) return;
    const arn = String(table["LatestStreamArn"]);
    const sequence = `${String(this.#generation).padStart(9, "1")}${String(++this.#count).padStart(15, "0")}`;
    const images: StreamRecord = defined({
      OldImage: view.includes("OLD") ? before : undefined,
      NewImage: view.includes("NEW") ? after : undefined,
    });
    const keys = keyOf(item, table);
    return {
      eventID: createHash("md5").update(arn).update(sequence).digest("hex"),
      eventName: before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: arn.split(":")[3],
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(this.#clock.now() / 1000),
        Keys: keys,
        ...images,
        SequenceNumber: sequence,
        SizeBytes: itemBytes(keys) + itemBytes(images.OldImage ?? {}) + itemBytes(images.NewImage ?? {}),
        StreamViewType: view,
      },
      ...(userIdentity && { userIdentity }),
      eventSourceARN: arn,
    };
  }
}

export type { Listener };
