import { z } from "zod";
import { SCHEDULE_EVENT, SWEEP_SOURCE } from "../../src/contract/schedule.ts";
import { EXPIRY_SHARDS } from "../../src/contract/table.ts";
import type { Sweep } from "../../src/core/leases/types.ts";
import type { Tick } from "../../src/core/schedule/types.ts";
import type { Program } from "./program.ts";
import { log } from "./stdout.ts";

/** What the schedule asks for every minute: `core/schedule` does what is due and this function may do. */

const eventShape = z.strictObject({ source: z.literal(SCHEDULE_EVENT.source) });

const sweepShape = z
  .strictObject({ source: z.literal(SWEEP_SOURCE), part: z.int().min(0), of: z.int().min(1).max(EXPIRY_SHARDS) })
  .refine(({ part, of }) => part < of);

/** The next minute's run takes over; longer runs would only overlap. */
const LONGEST_MS = 55_000;
/** For functions that answer HTTP too: below their own time, with what a run may take beyond its deadline. */
export const BESIDE_REQUESTS_MS = 18_000;

/** Obeys the schedule's event; `undefined` for any other. */
export const keepTime = (event: unknown, { server }: Program, budgetMs: number): Promise<Tick> | undefined => {
  if (!eventShape.safeParse(event).success) return undefined;
  const { schedule, clock } = server.core;
  return schedule.tick(clock.now() + Math.min(budgetMs, LONGEST_MS)).then((tick) => {
    if (tick.failed > 0) log("scheduled work failed", { ...tick });
    return tick;
  });
};

/** Obeys the order to sweep a part of the expiry index; `undefined` for any other event. */
export const sweepPart = (event: unknown, { server }: Program, budgetMs: number): Promise<Sweep> | undefined => {
  const order = sweepShape.safeParse(event);
  if (!order.success) return undefined;
  const { part, of } = order.data;
  const { leases, clock } = server.core;
  const shards = Array.from({ length: EXPIRY_SHARDS }, (_, shard) => shard).filter((shard) => shard % of === part);
  return leases.sweep(clock.now() + Math.min(budgetMs, LONGEST_MS), { shards, linger: true });
};
