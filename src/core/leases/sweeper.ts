import { EXPIRY_SHARDS } from "../../contract/table.ts";
import type { EpochSeconds } from "../../std/brand.ts";
import type { JsonValue } from "../../std/json.ts";
import { epochSeconds } from "../../std/time.ts";
import { type Timer, within } from "../../std/timer.ts";
import { isLease, isToken } from "../../storage/keys.ts";
import type { Core } from "../core.ts";
import { fromSealed } from "../sealed.ts";
import type { Token } from "../tokens/types.ts";
import { createDiscards } from "./discards.ts";
import { createLanes } from "./lanes.ts";
import type { LeaseIndex } from "./listing.ts";
import { createLooks, nothingSeen, type Run, type Seen } from "./look.ts";
import type { Revocation } from "./revocation.ts";
import { type Count, createTasks } from "./tasks.ts";
import type { Lease, Leases, Sweep, SweepOptions } from "./types.ts";
import { createWatermark } from "./watermark.ts";
import { createWholeIndex } from "./whole-index.ts";

/**
 * What ends leases and cleans up tokens: the sweeper looks at the expiry index every few seconds while there is
 * something to end (`look.ts`), from where it had come (`watermark.ts`), and has each lease ended in the lane of its
 * target (`lanes.ts`). The TTL stream delivers what DynamoDB removed before the sweeper reached it. Both run the same
 * revocation, several may run side by side, and everything may run twice.
 */

/** The index is eventually consistent: the first look of a run goes back so far behind the watermark. */
const RESCAN_SECONDS = 120;
/** And every further look so far behind the one before. */
const LAG_SECONDS = 10;
/** Between two looks. */
const PASS_MS = 5000;
/** How long a run waits, at its end, for revocations in progress. */
const GRACE_MS = 15_000;
/** How far the mark may lag while nothing is found: it is read from there in the next look, which costs no more. */
const LAZY_SECONDS = 300;
/** What is due longer than that, and not ended, is reported. */
const OVERDUE_SECONDS = 60;

const ALL_SHARDS = Array.from({ length: EXPIRY_SHARDS }, (_, shard) => shard);

/** Of each shard, in epoch seconds. */
interface Walk {
  readonly begin: Map<number, number>;
  readonly reached: Map<number, number>;
}

const minuteOf = (at: number): number => Math.floor(at / 60) * 60;

const earliest = (...ends: readonly (number | undefined)[]): number | undefined => {
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

export interface Sweeper {
  readonly sweep: Leases["sweep"];
  readonly removed: Leases["removed"];
}

export const createSweeper = (
  core: () => Core,
  parts: { readonly revocation: Revocation; readonly listing: LeaseIndex; readonly timer: Timer },
): Sweeper => {
  const { revocation, listing, timer } = parts;
  const now = (): EpochSeconds => epochSeconds(core().clock.now());
  const watermark = createWatermark(core);
  const lanes = createLanes({
    clock: () => core().clock,
    timer,
    closed: (lane, ms) => core().log("a target does not revoke: its leases wait", { lane, seconds: ms / 1000 }),
  });
  const looks = createLooks(core, lanes);
  const wholeIndex = createWholeIndex(core);
  const discards = createDiscards(core, { revocation, timer });
  const tasks = createTasks(core, { revocation, listing, discards });

  const quiet = async (): Promise<void> => {
    await lanes.idle();
    await discards.flush();
  };

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (ms <= 0) resolve();
      else timer(ms, resolve);
    });

  /** Looks at every shard once. */
  const lookAll = async (begin: ReadonlyMap<number, number>, latestFrom: number, run: Run) => {
    const until = now();
    const little = await wholeIndex.read();
    const seen = await Promise.all(
      [...begin].map(async ([shard, from]) => {
        const all = little && (little.get(shard) ?? []);
        const one = await looks.shard(shard, { from, latestFrom, until, all }, run);
        return [shard, one] as const;
      }),
    );
    return { until, seen: new Map<number, Seen>(seen) };
  };

  const sum = (seen: ReadonlyMap<number, Seen>): Seen => {
    const all = [...seen.values()];
    return {
      taken: all.reduce((total, { taken }) => total + taken, 0),
      full: all.reduce((total, { full }) => total + full, 0),
      oldest: earliest(...all.map(({ oldest }) => oldest)),
      unfinished: earliest(...all.map(({ unfinished }) => unfinished)),
      whole: all.every(({ whole }) => whole),
    };
  };

  /** Where each shard's next look begins, and how far it has come, by what was seen. */
  const note = (seen: ReadonlyMap<number, Seen>, until: number, walk: Walk): void => {
    for (const [shard, { unfinished, whole }] of seen) {
      if (!whole) continue;
      walk.begin.set(shard, Math.min(unfinished ?? until, until - LAG_SECONDS));
      const reached = unfinished === undefined ? until : Math.min(until, minuteOf(unfinished) + RESCAN_SECONDS);
      walk.reached.set(shard, reached);
    }
  };

  /** Looks again and again until nothing more can be ended now, or the time is over. `done`: nothing more. */
  const looking = async (deadlineMs: number, walk: Walk, run: Run, linger: boolean) => {
    let last: Seen = { ...nothingSeen(), whole: false };
    let latestFrom = now() - RESCAN_SECONDS;
    while (core().clock.now() < deadlineMs) {
      const startedMs = core().clock.now();
      const { until, seen } = await lookAll(walk.begin, latestFrom, run);
      note(seen, until, walk);
      last = sum(seen);
      latestFrom = until - LAG_SECONDS;
      const isQuiet = await within(timer, Math.min(PASS_MS, deadlineMs - core().clock.now()), quiet());
      if (isQuiet && last.taken === 0) return { last, done: last.whole };
      const nextMs = Math.min(startedMs + PASS_MS, deadlineMs);
      if (linger && isQuiet && last.full === 0) await rest(nextMs - core().clock.now());
    }
    return { last, done: false };
  };

  /** `come`: how far it has come, of the shard that is last. What was not looked at may have been due since then. */
  const report = (last: Seen, count: Count, done: boolean, come: number): void => {
    const oldest = earliest(last.oldest, count.oldestFailed, last.whole ? undefined : come);
    const seconds = oldest === undefined ? 0 : now() - oldest;
    if (seconds >= OVERDUE_SECONDS) core().signal({ kind: "leases-overdue", seconds });
    if (!done && (!last.whole || seconds >= OVERDUE_SECONDS)) core().signal({ kind: "sweeper-backlog" });
  };

  /** Whatever becomes of the work, what it began is waited for, and no more of it is begun. */
  const untilQuiet = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      lanes.clear();
      await within(timer, GRACE_MS, quiet());
    }
  };

  const sweepOnce = async (deadlineMs: number, options: SweepOptions): Promise<Sweep> => {
    const { shards = ALL_SHARDS, linger = false } = options;
    const count: Count = { revoked: 0, failed: 0, oldestFailed: undefined };
    if ((await core().config.now()).mounts.size === 0) return { revoked: 0, failed: 0, more: false };
    const passed = new Set<string>();
    const run: Run = {
      passed,
      go: () => core().clock.now() < deadlineMs,
      taskOf: tasks({ count, passed, ended: looks.ended }),
    };
    const mark = await watermark.read(now());
    const walk: Walk = {
      begin: new Map(shards.map((shard) => [shard, mark.of(shard) - RESCAN_SECONDS])),
      reached: new Map(),
    };
    const { last, done } = await untilQuiet(() => looking(deadlineMs, walk, run, linger));
    const reached = shards.map((shard) => walk.reached.get(shard) ?? mark.of(shard));
    const isIdle = last.whole && count.revoked + count.failed === 0 && last.unfinished === undefined;
    const isNear = shards.every((shard, at) => (reached[at] ?? 0) - mark.of(shard) < LAZY_SECONDS);
    if (mark.isNew || !isIdle || !isNear || !wholeIndex.isLittle()) await watermark.advance(walk.reached, now());
    report(last, count, done, Math.min(...reached));
    return { revoked: count.revoked, failed: count.failed, more: !done };
  };

  /** One run after the other: their lanes are the same. */
  let turn: Promise<unknown> = Promise.resolve();
  const sweep = (deadlineMs: number, options: SweepOptions = {}): Promise<Sweep> => {
    const mine = turn.then(() => sweepOnce(deadlineMs, options));
    turn = mine.catch(() => undefined);
    return mine;
  };

  const removed = async (entry: { pk: string; sk: string; body: JsonValue }): Promise<void> => {
    if (isLease(entry)) {
      await revocation.finish(fromSealed<Lease>(entry.body as object & JsonValue));
    } else if (isToken(entry)) {
      const token = fromSealed<Token>(entry.body as object & JsonValue);
      if (!token.wrap) await core().tokens.cleanUp(token);
    }
  };

  return { sweep, removed };
};
