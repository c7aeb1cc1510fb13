import type { ScheduledWork } from "../../contract/schedule.ts";
import { VaultError } from "../../framework/index.ts";
import { workThrough } from "../../std/pool.ts";
import { type Timer, within } from "../../std/timer.ts";
import type { Entry } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { createStates, type Outcome } from "./states.ts";
import type { Schedule, ScheduledRow, Tick } from "./types.ts";
import type { FindWork, Work } from "./work.ts";

/**
 * Scheduled work: at every tick, everything that is due and that this process may run. It trusts each piece of work to
 * be repeatable and to stop at its deadline; it must never let one hold up or fail another, never run one twice at the
 * same time, and never lose a failure. Failures are recorded, logged, signalled and tried again.
 */

/** One turn; shorter than a claim. */
const TURN_MS = 60_000;
/** How long after its deadline a run may still end before it counts as failed. */
const GRACE_MS = 5000;
const WIDTH = 4;
const ERROR_LENGTH = 240;

const textOf = (cause: unknown): string => {
  if (cause instanceof VaultError) return (cause.wire ?? cause.reason).slice(0, ERROR_LENGTH) || cause.code;
  return cause instanceof Error ? cause.name : "unknown";
};

const TOO_LONG = "it did not stop at its deadline";

export interface ScheduleOptions {
  readonly may: ScheduledWork;
  readonly find: FindWork;
  /** For runs that do not stop at their deadline. */
  readonly timer: Timer;
}

export const createSchedule = (core: () => Core, options: ScheduleOptions): Schedule => {
  const states = createStates(core);

  /** Runs it, and stops waiting for it some time after its deadline; it may still end later. Answers whether it ended. */
  const inTime = (work: Work, deadlineMs: number): Promise<boolean> =>
    within(options.timer, deadlineMs - core().clock.now() + GRACE_MS, work.run(deadlineMs));

  const failed = (work: Work, error: string, running: boolean): Outcome => {
    core().signal({ kind: "schedule-failed" });
    core().log("scheduled work failed", { work: work.id, mount: work.mount, error });
    return { error, running };
  };

  const outcome = async (work: Work, deadlineMs: number): Promise<Outcome> => {
    try {
      const running = !(await inTime(work, deadlineMs));
      return running ? failed(work, TOO_LONG, true) : { error: "", running };
    } catch (cause) {
      return failed(work, textOf(cause), false);
    }
  };

  const rowOf = ({ id, mount }: ScheduledRow): ScheduledRow => ({ id, mount });

  const everyTick = async (work: Work, entry: Entry | undefined, deadlineMs: number): Promise<boolean> => {
    const { error } = await outcome(work, deadlineMs);
    await states.note(entry, rowOf(work), error);
    return error === "";
  };

  /** `undefined`: somebody else has it. */
  const inTurn = async (work: Work, everyMs: number, entry: Entry | undefined, deadlineMs: number) => {
    const claim = await core().crash("schedule.claim", () => states.claim(entry, rowOf(work), everyMs));
    if (claim === undefined) return undefined;
    const untilMs = Math.min(deadlineMs, core().clock.now() + TURN_MS);
    const ended = await core().crash(`schedule.${work.kind}`, () => outcome(work, untilMs));
    await core().crash("schedule.finish", () => states.finish(rowOf(work), claim, everyMs, ended));
    return ended.error === "";
  };

  const runOne = async (work: Work, entry: Entry | undefined, deadlineMs: number, tick: Counts): Promise<void> => {
    const { every } = work;
    const ended =
      every === "tick" ? await everyTick(work, entry, deadlineMs) : await inTurn(work, every * 1000, entry, deadlineMs);
    if (ended === undefined) return;
    tick.ran += 1;
    if (!ended) tick.failed += 1;
  };

  return {
    list: states.list,
    tick: async (deadlineMs): Promise<Tick> => {
      const { config, clock } = core();
      const snapshot = await config.now();
      const counts: Counts = { ran: 0, failed: 0 };
      if (snapshot.mounts.size === 0) return { ...counts, nextMs: Number.POSITIVE_INFINITY };
      const known = await states.byId();
      const dueOf = ({ id, every }: Work): number => (every === "tick" ? 0 : states.stateOf(known.get(id)).dueMs);
      const works = await options.find(core(), options.may, snapshot);
      const due = works
        .filter(({ id, every }) => every === "tick" || states.isDue(known.get(id)))
        // What has waited longest comes first; what is done at every tick comes before all of it.
        .sort((a, b) => dueOf(a) - dueOf(b));
      await workThrough(
        due,
        WIDTH,
        (work) => runOne(work, known.get(work.id), deadlineMs, counts),
        () => clock.now() < deadlineMs,
      );
      const nowMs = clock.now();
      const next = works.flatMap((work) => {
        if (work.every === "tick") return [];
        return [due.includes(work) ? nowMs + work.every * 1000 : Math.max(nowMs, dueOf(work))];
      });
      return { ...counts, nextMs: Math.min(...next) };
    },
  };
};

interface Counts {
  ran: number;
  failed: number;
}
