import { SCHEDULE_EVENT, SWEEP_SOURCE } from "../../src/contract/schedule.ts";
import { EXPIRY_SHARDS } from "../../src/contract/table.ts";
import type { Sweep } from "../../src/core/leases/types.ts";
import type { Tick } from "../../src/core/schedule/types.ts";
import { hasExactly, isWithin } from "./guards.ts";
import type { Program } from "./program.ts";
import { log } from "./stdout.ts";

/** What the schedule asks for every minute: `core/schedule` does what is due and this function may do. */

/** Whether an event is the schedule's. */
export const isTick = (event: unknown): boolean =>
  hasExactly(event, "source") && event.source === SCHEDULE_EVENT.source;

/** Which part of the expiry index is to be swept; `undefined` for any event but that order. */
const sweepOrderOf = (event: unknown): { readonly part: number; readonly of: number } | undefined => {
  if (!hasExactly(event, "source", "part", "of") || event.source !== SWEEP_SOURCE) return undefined;
  const { part, of } = event;
  return isWithin(of, 1, EXPIRY_SHARDS) && isWithin(part, 0, of - 1) ? { part, of } : undefined;
};

/** The next minute's run takes over; longer runs would only overlap. */
const LONGEST_MS = 55_000;
/** For functions that answer HTTP too: below their own time, with what a run may take beyond its deadline. */
export const BESIDE_REQUESTS_MS = 18_000;

/** Obeys the schedule's event; `undefined` for any other. */
export const keepTime = (event: unknown, { server }: Program, budgetMs: number): Promise<Tick> | undefined => {
  if (!isTick(event)) return undefined;
  const { schedule, clock } = server.core;
  return schedule.tick(clock.now() + Math.min(budgetMs, LONGEST_MS)).then((tick) => {
    if (tick.failed > 0) log("scheduled work failed", { ...tick });
    return tick;
  });
};

/** Obeys the order to sweep a part of the expiry index; `undefined` for any other event. */
export const sweepPart = (event: unknown, { server }: Program, budgetMs: number): Promise<Sweep> | undefined => {
  const order = sweepOrderOf(event);
  if (order === undefined) return undefined;
  const { part, of } = order;
  const { leases, clock } = server.core;
  const shards = Array.from({ length: EXPIRY_SHARDS }, (_, shard) => shard).filter((shard) => shard % of === part);
  return leases.sweep(clock.now() + Math.min(budgetMs, LONGEST_MS), { shards, linger: true });
};
