import { z } from "zod";
import { SCHEDULE_EVENT } from "../../src/contract/schedule.ts";
import type { Tick } from "../../src/core/schedule/types.ts";
import type { Program } from "./program.ts";
import { log } from "./stdout.ts";

/** What the schedule asks for every minute: `core/schedule` does what is due and this function may do. */

const eventShape = z.strictObject({ source: z.literal(SCHEDULE_EVENT.source) });

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
