import type { DynamoDBRecord } from "aws-lambda";
import { OPEN_CHALLENGES, PARTITION_KEY } from "../../contract/table.ts";
import type { Server } from "../../server.ts";
import { wallTimer } from "../../std/timer.ts";
import type { EmbeddedDynamo } from "../dynamodb/index.ts";

/**
 * Challenges on this machine: checked as soon as the embedded table reports them, and again when the next attempt is
 * due. Without the embedded table the schedule looks for them.
 */
export interface ChallengeRunner {
  stop(): Promise<void>;
}

const PASS_MS = 15_000;

const isOpened = ({ eventName, dynamodb }: DynamoDBRecord): boolean =>
  eventName === "INSERT" && (dynamodb?.Keys?.[PARTITION_KEY]?.S ?? "").startsWith(OPEN_CHALLENGES);

export const startChallenges = (
  server: Server,
  dynamo: EmbeddedDynamo | undefined,
  tableName: string,
): ChallengeRunner => {
  const { challengeWork, clock, log } = server.core;
  const running = new Set<Promise<void>>();
  let stopped = false;
  let nextMs = Number.POSITIVE_INFINITY;
  let cancel = (): void => undefined;

  const again = (atMs: number): void => {
    if (stopped || atMs >= nextMs) return;
    cancel();
    nextMs = atMs;
    if (Number.isFinite(atMs)) cancel = wallTimer(Math.max(atMs - clock.now(), 1), begin);
  };

  /** Passes may run side by side: a host that does not answer holds up nobody else. */
  const begin = (): void => {
    nextMs = Number.POSITIVE_INFINITY;
    const pass = challengeWork
      .pass(clock.now() + PASS_MS)
      .then((after) => again(after.nextMs))
      .catch((cause: unknown) => log("challenges failed", { error: cause instanceof Error ? cause.name : "unknown" }))
      .finally(() => running.delete(pass));
    running.add(pass);
  };

  const end = dynamo?.subscribe(tableName, async (records) => {
    if (records.some(isOpened)) begin();
  });
  return {
    stop: async () => {
      stopped = true;
      end?.();
      cancel();
      await Promise.all(running);
    },
  };
};
