import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { createProgram } from "./shared/program.ts";
import { answerBatch } from "./shared/removals.ts";
import { keepTime, sweepPart } from "./shared/schedule.ts";

/**
 * `revoke`: ends what has ended, by the order to sweep and by what DynamoDB's TTL removed, and continues jobs. No HTTP
 * reaches it.
 */

/** Time reserved for what is in progress when the work stops. */
const RESERVE_MS = 15_000;

const program = createProgram("revoke");

const work = async (event: unknown, context: Context): Promise<object> => {
  const budgetMs = context.getRemainingTimeInMillis() - RESERVE_MS;
  const sweep = await sweepPart(event, program, budgetMs);
  if (sweep !== undefined) return sweep;
  const tick = await keepTime(event, program, budgetMs);
  if (tick !== undefined) return tick;
  const answer = await answerBatch(event, program, program.server.core.clock.now() + budgetMs);
  if (answer !== undefined) return answer;
  throw new Error("neither an order nor a batch of the stream");
};

export const handler = middy(work, {
  timeoutEarlyInMillis: 1000,
  requestEnd: () => program.metrics.flush(),
});
