import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { createClients } from "../src/aws-clients/environment.ts";
import { createAttempt } from "../src/challenges/attempt.ts";
import { addressesOnNetwork } from "../src/challenges/resolver.ts";
import { OPEN_CHALLENGES, PARTITION_KEY } from "../src/contract/table.ts";
import { createChallengeWork } from "../src/core/challenges/work.ts";
import { ownMemberOf } from "../src/std/member.ts";
import { systemRandom } from "../src/std/random.ts";
import { systemClock } from "../src/std/time.ts";
import { pause, wallTimer } from "../src/std/timer.ts";
import { createStore } from "../src/storage/index.ts";
import { COUNTED, createMetrics } from "./shared/metrics.ts";
import { PATIENCE } from "./shared/patience.ts";
import { isTick } from "./shared/schedule.ts";
import { readSettings } from "./shared/settings.ts";
import { log } from "./shared/stdout.ts";

/**
 * `challenges`: asks hosts to prove that they are who a client of ACME says, when the table's stream reports a new
 * challenge and when the schedule says so. No HTTP reaches it. It does not run core: what it dials is chosen by
 * strangers, so it can open challenges and nothing else.
 */

/** Time reserved for what is in progress when the work stops. */
const RESERVE_MS = 15_000;
/** How often the schedule's run looks for what is open, while something is. */
const LOOK_MS = 1000;

const { tableName, tableIdentity, keyId, region, domains, reach } = readSettings(process.env, "challenges");
const metrics = createMetrics({
  functionName: "challenges",
  deployment: tableIdentity,
  now: systemClock.now,
  print: (line) => process.stdout.write(`${line}\n`),
});
const store = createStore({
  ...createClients({ region, environment: process.env, requestHandler: PATIENCE }),
  tableName,
  tableIdentity,
  keyId,
  clock: systemClock,
  random: systemRandom,
  domainsAllowed: domains,
  observe: ({ kind, reason }) => {
    metrics.count(COUNTED[kind]);
    if (kind !== "retried") log(`storage ${kind}`, { reason });
  },
});
const challenges = createChallengeWork({
  store,
  clock: systemClock,
  attempt: createAttempt(reach, { hosts: addressesOnNetwork() }),
  crash: (_, step) => step(),
  log,
});

/** The partition that a record of the stream is about. */
const partitionOf = (record: unknown): unknown =>
  ["dynamodb", "Keys", PARTITION_KEY, "S"].reduce((value, member) => ownMemberOf(value, member), record);

/** Where a batch of the stream says that something was opened; `undefined` for any other event. */
const openedIn = (event: unknown): readonly string[] | undefined => {
  const records = ownMemberOf(event, "Records");
  if (!Array.isArray(records) || records.length === 0) return undefined;
  const found = records.map(partitionOf);
  if (!found.every((pk) => typeof pk === "string")) return undefined;
  return [...new Set(found)].filter((pk) => pk.startsWith(OPEN_CHALLENGES));
};

const work = async (event: unknown, context: Context): Promise<object> => {
  const deadlineMs = systemClock.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const opened = openedIn(event);
  if (opened !== undefined) return challenges.pass(deadlineMs, opened);
  if (!isTick(event)) throw new Error("neither an order nor a batch of the stream");
  for (;;) {
    const after = await challenges.pass(deadlineMs);
    if (!Number.isFinite(after.nextMs) || systemClock.now() + LOOK_MS > deadlineMs) return after;
    await pause(wallTimer, LOOK_MS);
  }
};

export const handler = middy(work, { timeoutEarlyInMillis: 1000, requestEnd: () => metrics.flush() });
