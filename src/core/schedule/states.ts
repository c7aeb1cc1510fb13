import { uuid } from "../../std/random.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import { DOMAINS, SCHEDULE_PARTITION, scheduleAddress } from "../../storage/keys.ts";
import type { Entry } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import type { RowState, ScheduledRow } from "./types.ts";

/**
 * What the table knows of scheduled work. A run is claimed by a conditional write, so one process has it; the claim
 * already names the next time, so a run that never ends holds up nothing but itself. Every write is made over what was
 * read: a runner that lost its claim changes nothing any more.
 */

type Stored = ScheduledRow & RowState;

export interface Outcome {
  /** Empty when it went well. */
  readonly error: string;
  /** It was given up and did not end. */
  readonly running: boolean;
}

/** Longer than the longest turn (`schedule.ts`), so that no two runs overlap. */
const CLAIM = seconds(150);
const RETRY_MS = 60_000;
const FIRST: RowState = {
  dueMs: 0,
  startedMs: 0,
  succeededMs: 0,
  error: "",
  failures: 0,
  claim: "",
  claimedUntil: 0,
};
const NEVER_ENDED = "the last run did not come to an end";

/** A failure is tried again soon, then less and less often, but never less often than the work itself. */
const retryMs = (failures: number, everyMs: number): number =>
  Math.min(everyMs, RETRY_MS * 2 ** Math.min(failures, 10));

export const createStates = (core: () => Core) => {
  const read = async (id: string): Promise<Entry | undefined> => (await core().store.get([scheduleAddress(id)]))[0];

  const replace = (entry: Entry | undefined, row: ScheduledRow, state: RowState): Promise<boolean> => {
    const body = toSealed({ ...row, ...state });
    const when = entry ? { n: entry.n } : "absent";
    return tryWrite(core().store, [{ op: "put", address: scheduleAddress(row.id), body, when }]);
  };

  const entries = async (): Promise<readonly Entry[]> => {
    const found: Entry[] = [];
    for await (const entry of core().store.all({ pk: SCHEDULE_PARTITION, domain: DOMAINS.lease })) found.push(entry);
    return found;
  };

  const stateOf = (entry: Entry | undefined): RowState => (entry ? fromSealed<Stored>(entry.body) : FIRST);

  return {
    stateOf,
    list: async (): Promise<readonly Stored[]> => (await entries()).map((entry) => fromSealed<Stored>(entry.body)),
    byId: async (): Promise<ReadonlyMap<string, Entry>> =>
      new Map((await entries()).map((entry) => [entry.address.sk, entry])),

    isDue: (entry: Entry | undefined): boolean => {
      const state = stateOf(entry);
      const nowMs = core().clock.now();
      return state.dueMs <= nowMs && (state.claim === "" || state.claimedUntil * 1000 <= nowMs);
    },

    /** Takes a due row for this process; `undefined` when another was first. */
    claim: async (entry: Entry | undefined, row: ScheduledRow, everyMs: number): Promise<string | undefined> => {
      const before = stateOf(entry);
      const nowMs = core().clock.now();
      const claim = uuid(core().random);
      const lost = before.claim !== "";
      const next: RowState = {
        ...before,
        dueMs: nowMs + everyMs,
        startedMs: nowMs,
        error: lost ? NEVER_ENDED : before.error,
        failures: before.failures + (lost ? 1 : 0),
        claim,
        claimedUntil: plus(epochSeconds(nowMs), CLAIM),
      };
      return (await replace(entry, row, next)) ? claim : undefined;
    },

    /** Records the outcome of a claimed run. */
    finish: async (row: ScheduledRow, claim: string, everyMs: number, { error, running }: Outcome): Promise<void> => {
      const entry = await read(row.id);
      const before = stateOf(entry);
      if (before.claim !== claim) return;
      const nowMs = core().clock.now();
      // A run that was given up may still be working, so nobody else begins before the claim lapses.
      const free: RowState = running ? before : { ...before, claim: "", claimedUntil: 0 };
      await replace(
        entry,
        row,
        error === ""
          ? { ...free, succeededMs: nowMs, error, failures: 0 }
          : { ...free, error, failures: before.failures + 1, dueMs: nowMs + retryMs(before.failures, everyMs) },
      );
    },

    /** The same for work that is done at every tick and claims what it takes itself: written when it changed. */
    note: async (entry: Entry | undefined, row: ScheduledRow, error: string): Promise<void> => {
      const before = stateOf(entry);
      if (before.error === error) return;
      const nowMs = core().clock.now();
      const failed = error !== "";
      await replace(entry, row, {
        ...before,
        startedMs: nowMs,
        succeededMs: failed ? before.succeededMs : nowMs,
        error,
        failures: failed ? before.failures + 1 : 0,
      });
    },
  };
};

export type States = ReturnType<typeof createStates>;
