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

type Runs = Pick<Program, "server">;

const tick = async ({ server }: Runs, budgetMs: number): Promise<Tick> => {
  const { schedule, clock } = server.core;
  const done = await schedule.tick(clock.now() + Math.min(budgetMs, LONGEST_MS));
  if (done.failed > 0) log("scheduled work failed", { ...done });
  return done;
};

/** Obeys the schedule's event; `undefined` for any other. */
export const keepTime = (event: unknown, program: Runs, budgetMs: number): Promise<Tick> | undefined =>
  isTick(event) ? tick(program, budgetMs) : undefined;

/** Neither is begun later or ended sooner because of the other; where one fails, the order has failed. */
const both = async <T>(main: Promise<T>, other: Promise<unknown>): Promise<T> => {
  await Promise.allSettled([main, other]);
  await other;
  return main;
};

/**
 * Obeys the order to sweep a part of the expiry index; `undefined` for any other event. Whoever sweeps the first part
 * does the function's other scheduled work with it, so that the minute does not need one more invocation.
 */
export const sweepPart = (event: unknown, program: Runs, budgetMs: number): Promise<Sweep> | undefined => {
  const order = sweepOrderOf(event);
  if (order === undefined) return undefined;
  const { part, of } = order;
  const { leases, clock } = program.server.core;
  const shards = Array.from({ length: EXPIRY_SHARDS }, (_, shard) => shard).filter((shard) => shard % of === part);
  const sweep = leases.sweep(clock.now() + Math.min(budgetMs, LONGEST_MS), { shards, linger: true });
  return part === 0 ? both(sweep, tick(program, budgetMs)) : sweep;
};
