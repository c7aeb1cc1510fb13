import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { consumeRemovals, removalBatchOf } from "../../core/leases/removals.ts";
import type { Server } from "../../server.ts";
import type { Clock } from "../../std/time.ts";
import type { EmbeddedDynamo } from "../dynamodb/index.ts";
import { createEnds } from "./ends.ts";

/**
 * Scheduled work locally: the schedule, and the embedded table's TTL with its stream. The embedded table
 * tells when a lease ends, so the schedule runs then, when its own work is due, and once in a while for what nothing
 * announces (jobs left unfinished).
 */

export interface Expiry {
  stop(): Promise<void>;
  /** Stops the schedule, so that what ends is left to the table's TTL, until resumed. */
  pauseSweeper(): Promise<void>;
  resumeSweeper(): Promise<void>;
  /** Lets the embedded table's TTL remove what ended up to a minute from now, as it does a day later. */
  passTimeToLive(): Promise<void>;
}

interface Repeated {
  stop(): Promise<void>;
}

/** A clock that can be set ahead of another. */
export interface AheadClock extends Clock {
  aheadMs: number;
}

export const aheadOf = (clock: Clock): AheadClock => {
  const ahead: AheadClock = { aheadMs: 0, now: () => clock.now() + ahead.aheadMs };
  return ahead;
};

const GRACE_MS = (24 * 60 + 1) * 60 * 1000;

/** How often the clock is looked at; costs no call. */
const LOOK_MS = 1000;
/** The longest time between two ticks: jobs that were left unfinished are taken up then. */
const TICK_MS = 30_000;
/** With the environment's AWS nothing reports ends: the sweeper polls. */
const ASK_MS = 5000;
const TICK_BUDGET_MS = 10_000;
const TTL_MS = 10_000;

/** Gives core what the TTL removed. Throws when some of it was not dealt with, so that the table delivers it again. */
const hearRemovals =
  (server: Server, tableName: string) =>
  async (Records: readonly DynamoDBRecord[]): Promise<void> => {
    const batch = removalBatchOf({ Records });
    const deadlineMs = server.core.clock.now() + TICK_BUDGET_MS;
    const open = batch ? await consumeRemovals(server.core, batch, { tableName, deadlineMs }) : [];
    if (open.length > 0) throw new Error(`${open.length} removals are left`);
  };

/** Repeats without overlapping itself; a failure is logged and tried again at the next turn. */
const repeat = (everyMs: number, server: Server, name: string, work: () => Promise<unknown>): Repeated => {
  let running: Promise<unknown> = Promise.resolve();
  let idle = true;
  const timer = setInterval(() => {
    if (!idle) return;
    idle = false;
    running = work()
      .catch((error: unknown) => server.core.log(`${name} failed`, { error: error instanceof Error ? error.name : "" }))
      .finally(() => {
        idle = true;
      });
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
};

export const startExpiry = async (options: {
  readonly server: Server;
  readonly sweeper: boolean;
  readonly dynamo: EmbeddedDynamo | undefined;
  readonly client: DynamoDBClient;
  readonly tableClock: AheadClock;
  readonly tableName: string;
}): Promise<Expiry> => {
  const { server, dynamo, tableClock, tableName } = options;
  const ends = createEnds();
  const subscriptions = dynamo
    ? [dynamo.subscribe(tableName, hearRemovals(server, tableName)), dynamo.subscribe(tableName, ends.hear)]
    : [];
  if (dynamo) await ends.load(options.client, tableName);
  const parts: Repeated[] = [];
  let sweeper: Repeated | undefined;
  let nextTickMs = 0;
  const tickWhenDue = async (): Promise<void> => {
    const nowMs = server.core.clock.now();
    if (!ends.come(nowMs) && nowMs < nextTickMs) return;
    // Until this one has succeeded the next look ticks again.
    nextTickMs = 0;
    const { nextMs } = await server.core.schedule.tick(nowMs + TICK_BUDGET_MS);
    nextTickMs = Math.min(nextMs, nowMs + (dynamo ? TICK_MS : ASK_MS));
  };
  const pauseSweeper = async (): Promise<void> => {
    await sweeper?.stop();
    sweeper = undefined;
  };
  const resumeSweeper = async (): Promise<void> => {
    sweeper ??= repeat(LOOK_MS, server, "schedule", tickWhenDue);
  };
  if (options.sweeper) void resumeSweeper();
  if (dynamo) parts.push(repeat(TTL_MS, server, "time to live", () => dynamo.expire()));
  return {
    pauseSweeper,
    resumeSweeper,
    passTimeToLive: async () => {
      tableClock.aheadMs = GRACE_MS;
      try {
        await dynamo?.expire();
      } finally {
        tableClock.aheadMs = 0;
      }
    },
    stop: async () => {
      await pauseSweeper();
      await Promise.all(parts.map((part) => part.stop()));
      for (const unsubscribe of subscriptions) unsubscribe();
    },
  };
};
