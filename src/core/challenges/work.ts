import { CHALLENGE_SHARDS } from "../../contract/table.ts";
import type { CrashPoint } from "../../framework/backend.ts";
import type { Challenge, ChallengeFailure } from "../../framework/challenges.ts";
import { workThrough } from "../../std/pool.ts";
import { type Clock, epochSeconds, plus, seconds } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import { openChallengePartition } from "../../storage/keys.ts";
import type { Entry, Store, Write } from "../../storage/store.ts";
import { vanishing } from "../leases/expiry.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { addressesOf, CHALLENGE_DOMAIN, type OpenChallenge, type Verdict } from "./records.ts";

/**
 * Carries out the challenges that are open: one attempt of each that is due, and another later where that failed. It
 * trusts the records, which only those who may ask can write; it must never let one slow host hold up the others of a
 * pass for longer than an attempt, and never attempt a challenge that somebody else has claimed.
 */

/** One attempt. Answers why it failed; `undefined`: it is proved. Ends by its own deadline. */
export type Attempt = (challenge: Challenge) => Promise<ChallengeFailure | undefined>;

export interface Passed {
  /** When the next attempt is due, epoch milliseconds; infinite: none is open. */
  readonly nextMs: number;
  /** Challenges that could not be carried out, which are left for the next time: the table did not answer. */
  readonly failed: number;
}

export interface ChallengeWork {
  /** One attempt of each that is due, in the partitions given, or in all. */
  pass(deadlineMs: number, partitions?: readonly string[]): Promise<Passed>;
}

/** As the reference server: seven attempts, with 5, 10, … 30 seconds between them. */
const ATTEMPTS = 7;
const WAIT_MS = 5000;
/** Longer than an attempt takes, shorter than it would hold anybody up. */
const CLAIM_MS = 30_000;
const WIDTH = 16;
const DECIDED = seconds(86_400);

export interface WorkOptions {
  readonly store: Pick<Store, "all" | "write">;
  readonly clock: Clock;
  readonly attempt: Attempt;
  readonly crash: CrashPoint;
  readonly log: (message: string, fields?: Readonly<Record<string, string | number | boolean>>) => void;
}

const EVERY_PARTITION = Array.from({ length: CHALLENGE_SHARDS }, (_, shard) => openChallengePartition(shard));

export const createChallengeWork = ({ store, clock, attempt, crash, log }: WorkOptions): ChallengeWork => {
  const decide = async (entry: Pick<Entry, "address" | "n">, verdict: Verdict): Promise<void> => {
    const clear = vanishing(plus(epochSeconds(clock.now()), DECIDED));
    const writes: readonly Write[] = [
      { op: "delete", address: entry.address, when: "present" },
      { op: "put", address: addressesOf(entry.address.sk).verdict, body: toSealed(verdict), clear, when: "any" },
    ];
    await crash("challenge.decide", () => tryWrite(store, writes));
  };

  /** Answers when it is due again; infinite: it is decided, or another has it. */
  const carryOut = async (entry: Entry): Promise<number> => {
    const open = fromSealed<OpenChallenge>(entry.body);
    const { clear, address } = entry;
    const put = (body: OpenChallenge, when: { readonly n: number } | "present") =>
      tryWrite(store, [{ op: "put", address, body: toSealed(body), clear, when }]);
    const claim = { ...open, claimedUntilMs: clock.now() + CLAIM_MS };
    const claimed = await crash("challenge.claim", () => put(claim, { n: entry.n }));
    if (!claimed) return Number.POSITIVE_INFINITY;
    const failure = await attempt(open.challenge);
    if (failure === undefined) {
      await decide(entry, { state: "valid", at: clock.now() });
      return Number.POSITIVE_INFINITY;
    }
    const failures = open.failures + 1;
    if (failures >= ATTEMPTS) {
      await decide(entry, { state: "invalid", failure });
      return Number.POSITIVE_INFINITY;
    }
    const dueMs = clock.now() + failures * WAIT_MS;
    await put({ challenge: open.challenge, failures, failure, dueMs, claimedUntilMs: 0 }, "present");
    return dueMs;
  };

  return {
    pass: async (deadlineMs, partitions = EVERY_PARTITION) => {
      let nextMs = Number.POSITIVE_INFINITY;
      let failed = 0;
      /** As they are read: a page of them is in memory, however many strangers have opened. */
      async function* due(): AsyncGenerator<Entry> {
        for (const pk of partitions) {
          for await (const entry of store.all({ pk, domain: CHALLENGE_DOMAIN })) {
            const { dueMs, claimedUntilMs } = fromSealed<OpenChallenge>(entry.body);
            const freeMs = Math.max(dueMs, claimedUntilMs);
            if (freeMs <= clock.now()) yield entry;
            else nextMs = Math.min(nextMs, freeMs);
          }
        }
      }
      const againAt = async (entry: Entry): Promise<number> => {
        try {
          return await carryOut(entry);
        } catch (cause) {
          log("challenge could not be checked", { error: cause instanceof Error ? cause.name : "unknown" });
          failed += 1;
          return clock.now() + WAIT_MS;
        }
      };
      const one = async (entry: Entry): Promise<void> => {
        // Read only now: others at the same time may have said something sooner.
        const again = await againAt(entry);
        nextMs = Math.min(nextMs, again);
      };
      const whole = await workThrough(due(), WIDTH, one, () => clock.now() < deadlineMs);
      return { nextMs: whole ? nextMs : clock.now(), failed };
    },
  };
};
