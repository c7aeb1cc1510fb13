import { VaultError } from "../../framework/index.ts";
import { type BoundedMap, createBoundedMap } from "../../std/bounded-map.ts";
import { as, type EpochSeconds } from "../../std/brand.ts";
import type { Due, Entry } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { minuteBucket } from "./expiry.ts";
import type { Lanes } from "./lanes.ts";
import type { TaskOf } from "./tasks.ts";

/**
 * Looking at the expiry index: what is due in a shard, soonest first from where the sweeper had come, and given to the
 * lanes. Where there is much, what ended last is looked for too, so that it does not wait for all that ended before.
 *
 * It remembers what it need not read again: items that ended while the index still shows them, and the lanes of those
 * that were turned away. It must never count a minute as done while anything due in it was not seen to end.
 */

const MINUTE = 60;
/** Keys in one answer of the index. */
const PAGE = 250;
/** Entries in one BatchGetItem. */
const BATCH = 100;
/** After so many keys, or minutes, the rest is called a backlog. */
const BACKLOG_KEYS = 1000;
const BACKLOG_MINUTES = 10;
/** How many of those that ended last are looked for next to a backlog. */
const LATEST_KEYS = 1000;
/** For how long the index may show what is gone. After that it is looked at again: the table may have been restored. */
const LAG_MS = 120_000;
/** Below 10 MB. */
const REMEMBERED = 50_000;
/** An item that does not end holds the watermark back for a day; then DynamoDB's TTL removes it, and the stream ends it. */
const GIVE_UP_SECONDS = 86_400;

export interface Span {
  /** Epoch seconds; whole minutes are looked at. */
  readonly from: number;
  /** Where to begin with what ended last. */
  readonly latestFrom: number;
  readonly until: EpochSeconds;
  /** All that the index shows of the shard, where that is little; absent: it is asked minute by minute. */
  readonly all?: readonly Due[] | undefined;
}

export interface Seen {
  /** Given to lanes. */
  taken: number;
  /** Turned away because their lane was full. */
  full: number;
  /** The end, in epoch seconds, that is longest ago among what was due and not taken; `undefined`: none. */
  oldest: number | undefined;
  /** The first minute that is not done; `undefined`: all are. */
  unfinished: number | undefined;
  /** Whether everything was looked at. */
  whole: boolean;
}

export const nothingSeen = (): Seen => ({
  taken: 0,
  full: 0,
  oldest: undefined,
  unfinished: undefined,
  whole: true,
});

/** What one run of the sweeper knows and does. */
export interface Run {
  /** Tried in this run and not ended: for the next one. */
  readonly passed: Set<string>;
  /** Whether to go on looking. */
  readonly go: () => boolean;
  readonly taskOf: TaskOf;
}

const keyOf = ({ address }: Due): string => `${address.pk} ${address.sk}`;

const isOut = (cause: unknown): boolean => cause instanceof VaultError && cause.code === "storage_unavailable";

export interface Looks {
  shard(shard: number, span: Span, run: Run): Promise<Seen>;
  /** It ended; the index may show it for a while. */
  ended(key: string, exp: number): void;
}

export const createLooks = (core: () => Core, lanes: Lanes): Looks => {
  /** By key, the end it had (a name that is used again has another end), and when it was gone. */
  const ended: BoundedMap<string, { readonly exp: number; readonly atMs: number }> = createBoundedMap(REMEMBERED);
  const lanesOf: BoundedMap<string, string> = createBoundedMap(REMEMBERED);

  const leave = (seen: Seen, { exp }: Due, until: number, busy: boolean): void => {
    if (!busy) seen.oldest = Math.min(seen.oldest ?? exp, exp);
    if (exp >= until - GIVE_UP_SECONDS) seen.unfinished = Math.min(seen.unfinished ?? exp, exp);
  };

  const note = (key: string, exp: number): void => ended.set(key, { exp, atMs: core().clock.now() });

  const hasEnded = ({ exp }: Due, key: string): boolean => {
    const known = ended.get(key);
    return known?.exp === exp && core().clock.now() - known.atMs < LAG_MS;
  };

  /** Whether an item has to be read. What is left is noted. */
  const isNew = (due: Due, seen: Seen, until: number, run: Run): boolean => {
    const key = keyOf(due);
    if (hasEnded(due, key)) return false;
    const busy = lanes.has(key);
    const lane = lanesOf.get(key);
    const state = lane === undefined ? "open" : lanes.state(lane);
    if (!busy && !run.passed.has(key) && state === "open") return true;
    if (state === "full" && !busy) seen.full += 1;
    leave(seen, due, until, busy);
    return false;
  };

  /** Each alone where one does not open: that one is left, the others are not. */
  const readOneByOne = async (dues: readonly Due[], run: Run): Promise<readonly (Entry | undefined | "stuck")[]> => {
    const found: (Entry | undefined | "stuck")[] = [];
    for (const due of dues) {
      try {
        found.push((await core().store.get([due.address]))[0]);
      } catch (cause) {
        if (isOut(cause)) throw cause;
        core().log("sweeper could not read an item", { error: cause instanceof Error ? cause.name : "unknown" });
        run.passed.add(keyOf(due));
        found.push("stuck");
      }
    }
    return found;
  };

  const read = async (dues: readonly Due[], run: Run): Promise<readonly (Entry | undefined | "stuck")[]> => {
    try {
      return await core().store.get(dues.map(({ address }) => address));
    } catch (cause) {
      if (isOut(cause)) throw cause;
      return readOneByOne(dues, run);
    }
  };

  const give = async (due: Due, entry: Entry, latest: boolean, seen: Seen, until: number, run: Run): Promise<void> => {
    const key = keyOf(due);
    // The index may lag behind a renewal; the item itself says when it is due.
    if (entry.clear.exp === undefined || entry.clear.exp > until) return;
    const task = await run.taskOf(entry, due, key);
    const state = lanes.offer(task, latest);
    if (state === "open") {
      seen.taken += 1;
      lanesOf.delete(key);
    } else {
      if (state === "full") seen.full += 1;
      lanesOf.set(key, task.lane);
    }
    leave(seen, due, until, state === "open");
  };

  const consider = async (dues: readonly Due[], latest: boolean, seen: Seen, until: number, run: Run) => {
    const unread = dues.filter((due) => isNew(due, seen, until, run));
    for (let at = 0; at < unread.length; at += BATCH) {
      const batch = unread.slice(at, at + BATCH);
      const entries = await read(batch, run);
      for (const [index, due] of batch.entries()) {
        const entry = entries[index];
        if (entry === "stuck") leave(seen, due, until, false);
        else if (entry) await give(due, entry, latest, seen, until, run);
        else note(keyOf(due), due.exp);
      }
    }
  };

  async function* pages(shard: number, minute: number, until: EpochSeconds, latestFirst: boolean, run: Run) {
    let after: Due | undefined;
    do {
      if (!run.go()) return;
      const bucket = minuteBucket(as<EpochSeconds>(minute));
      const page = await core().store.due(bucket, shard, { until, limit: PAGE, after, latestFirst });
      yield page.items;
      after = page.next;
    } while (after !== undefined);
  }

  const startOf = (at: number): number => Math.floor(at / MINUTE) * MINUTE;

  /** What ended last, newest first from now on backwards; handed on so that the newest comes last. */
  const latest = async (shard: number, { latestFrom, until }: Span, seen: Seen, run: Run): Promise<void> => {
    const dues: Due[] = [];
    for (let minute = startOf(until); minute >= startOf(latestFrom) && dues.length < LATEST_KEYS; minute -= MINUTE) {
      for await (const items of pages(shard, minute, until, true, run)) {
        dues.push(...items);
        if (dues.length >= LATEST_KEYS || (items.at(-1)?.exp ?? 0) < latestFrom) break;
      }
    }
    await consider(dues.filter(({ exp }) => exp >= latestFrom).reverse(), true, seen, until, run);
  };

  /** Minute after minute, soonest end first. `minute` and the keys met so far say when the rest is a backlog. */
  async function* fromTheStart(shard: number, { from, until, all }: Span, run: Run) {
    if (all) {
      const items = all.filter(({ exp }) => exp <= until).sort((a, b) => a.exp - b.exp);
      yield { minute: from, items };
      return;
    }
    for (let minute = startOf(from); minute <= until; minute += MINUTE) {
      yield { minute, items: [] };
      for await (const items of pages(shard, minute, until, false, run)) yield { minute, items };
    }
  }

  return {
    ended: note,
    shard: async (shard, span, run) => {
      const seen = nothingSeen();
      let keys = 0;
      let lookedAtLatest = false;
      for await (const { minute, items } of fromTheStart(shard, span, run)) {
        await consider(items, false, seen, span.until, run);
        keys += items.length;
        // All of it is at hand where it is little.
        const isBacklog = !span.all && (keys >= BACKLOG_KEYS || minute - span.from > BACKLOG_MINUTES * MINUTE);
        if (isBacklog && !lookedAtLatest) {
          lookedAtLatest = true;
          await latest(shard, span, seen, run);
        }
        if (!run.go()) return { ...seen, whole: false };
      }
      return { ...seen, whole: run.go() };
    },
  };
};
