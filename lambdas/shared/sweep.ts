import { z } from "zod";
import type { Program } from "./program.ts";
import { log } from "./stdout.ts";

/** What the schedule asks for: end what is due. One pass of an idle minute is short; a backlog takes as many as fit. */

const scheduleShape = z.strictObject({ source: z.literal("zeroth.schedule") });

export const isSchedule = (event: unknown): boolean => scheduleShape.safeParse(event).success;

/** Below the system function's own time, which callers wait for. */
const JOBS_MS = 20_000;

/** The schedule's order to `system`: go on with what began and did not end. `undefined` for any other event. */
export const carryOn = (event: unknown, { server }: Program): Promise<object> | undefined => {
  if (!isSchedule(event)) return undefined;
  const { jobs, clock } = server.core;
  return jobs.resume(clock.now() + JOBS_MS).then(() => ({ resumed: true }));
};

/** The next minute's run takes over; longer runs would only overlap. */
const RUN_MS = 55_000;
export interface SweepAnswer {
  readonly passes: number;
  readonly revoked: number;
  readonly failed: number;
}

export const sweepUntil = async ({ server }: Program, deadlineMs: number): Promise<SweepAnswer> => {
  const { core } = server;
  const end = Math.min(deadlineMs, core.clock.now() + RUN_MS);
  const sum = { passes: 0, revoked: 0, failed: 0 };
  for (let more = true; more && core.clock.now() < end; ) {
    const pass = await core.leases.sweep(end);
    sum.passes += 1;
    sum.revoked += pass.revoked;
    sum.failed += pass.failed;
    more = pass.more;
  }
  if (sum.revoked + sum.failed > 0) log("swept", sum);
  return sum;
};
