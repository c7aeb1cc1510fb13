import type { Clock } from "../../std/time.ts";
import { type Timer, within } from "../../std/timer.ts";

/**
 * Lanes: each target that revocations wait for has a lane of its own, with its own width and its own queue, so that one
 * that is slow or down holds up nobody else's leases. A lane becomes narrower with every failure and wider with
 * successes; after some failures in a row it is closed for a while, and then tried with one lease at a time.
 *
 * What ended last is taken before what ended long ago three times of four: a backlog neither starves the leases that
 * end while it is worked off, nor is starved by them. It trusts its tasks to be repeatable, never runs more of a lane at
 * once than it is wide, and gives up waiting for a task that does not end.
 */

/** `well`: the target answered; `trouble`: it did not. */
export type TaskResult = "well" | "trouble";

export interface Task {
  /** The same for the same item. */
  readonly key: string;
  readonly lane: string;
  readonly run: () => Promise<TaskResult>;
}

/** `closed`: its target is left alone for a while; `full`: enough waits already. */
export type LaneState = "open" | "closed" | "full";

export interface Lanes {
  state(lane: string): LaneState;
  /** Takes a task on where the lane is open. `latest`: it is among those that ended last. */
  offer(task: Task, latest: boolean): LaneState;
  /** Waits in a queue or runs. */
  has(key: string): boolean;
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>;
  /** Forgets what waits; what runs goes on. */
  clear(): void;
}

export const LANE_WIDTH = 8;
const FIRST_WIDTH = 4;
/** Waiting tasks of one lane, in each of its two queues. */
const LANE_QUEUE = 2000;
/** Failures in a row that close a lane. */
const TROUBLES = 5;
const CLOSED_MS = 10_000;
const CLOSED_LONGEST_MS = 300_000;
/** A revocation's claim lapses then, and somebody else tries. */
const LONGEST_MS = 90_000;
/** Of so many tasks, one is the oldest. */
const TURNS = 4;

interface Lane {
  readonly name: string;
  /** The last is the one that ended last. */
  readonly latest: Task[];
  /** In the order they came: oldest first. `from`: those before it are taken. */
  readonly oldest: Task[];
  from: number;
  turn: number;
  width: number;
  running: number;
  /** Successes since the width changed. */
  successes: number;
  /** Failures in a row. */
  troubles: number;
  closedUntilMs: number;
  closedMs: number;
}

const waiting = ({ latest, oldest, from }: Lane): number => latest.length + oldest.length - from;

const takeOldest = (lane: Lane): Task | undefined => {
  const task = lane.oldest[lane.from];
  if (task) lane.from += 1;
  if (lane.from >= lane.oldest.length || lane.from > LANE_QUEUE) {
    lane.oldest.splice(0, lane.from);
    lane.from = 0;
  }
  return task;
};

const take = (lane: Lane): Task | undefined => {
  lane.turn = (lane.turn + 1) % TURNS;
  return lane.turn === 0 ? (takeOldest(lane) ?? lane.latest.pop()) : (lane.latest.pop() ?? takeOldest(lane));
};

export const createLanes = (options: {
  readonly clock: () => Clock;
  readonly timer: Timer;
  /** Told when a lane is closed after failures. */
  readonly closed: (lane: string, ms: number) => void;
}): Lanes => {
  const { clock, timer, closed } = options;
  const lanes = new Map<string, Lane>();
  const keys = new Set<string>();
  let running = 0;
  let resting: (() => void)[] = [];

  const laneOf = (name: string): Lane => {
    const known = lanes.get(name);
    if (known) return known;
    const lane: Lane = {
      name,
      latest: [],
      oldest: [],
      from: 0,
      turn: 0,
      width: FIRST_WIDTH,
      running: 0,
      successes: 0,
      troubles: 0,
      closedUntilMs: 0,
      closedMs: CLOSED_MS,
    };
    lanes.set(name, lane);
    return lane;
  };

  const isClosed = (lane: Lane): boolean => clock().now() < lane.closedUntilMs;

  const stateOf = (lane: Lane | undefined): LaneState => {
    if (!lane) return "open";
    if (isClosed(lane)) return "closed";
    return lane.oldest.length - lane.from < LANE_QUEUE ? "open" : "full";
  };

  const forget = (lane: Lane): void => {
    for (const { key } of [...lane.latest, ...lane.oldest.slice(lane.from)]) keys.delete(key);
    lane.latest.length = 0;
    lane.oldest.length = 0;
    lane.from = 0;
  };

  const well = (lane: Lane): void => {
    lane.troubles = 0;
    lane.closedMs = CLOSED_MS;
    lane.successes += 1;
    if (lane.successes < lane.width || lane.width >= LANE_WIDTH) return;
    lane.width += 1;
    lane.successes = 0;
  };

  const trouble = (lane: Lane): void => {
    lane.troubles += 1;
    lane.successes = 0;
    lane.width = Math.max(1, Math.floor(lane.width / 2));
    if (lane.troubles < TROUBLES || isClosed(lane)) return;
    lane.closedUntilMs = clock().now() + lane.closedMs;
    closed(lane.name, lane.closedMs);
    lane.closedMs = Math.min(lane.closedMs * 2, CLOSED_LONGEST_MS);
    lane.width = 1;
    // They are found again in the index.
    forget(lane);
  };

  const one = async (task: Task): Promise<TaskResult> => {
    let result: TaskResult = "trouble";
    const run = task.run().then((known) => {
      result = known;
    });
    await within(timer, LONGEST_MS, run);
    return result;
  };

  const rest = (): void => {
    if (keys.size > 0 || running > 0) return;
    for (const ready of resting) ready();
    resting = [];
  };

  const ended = (lane: Lane, task: Task): void => {
    keys.delete(task.key);
    lane.running -= 1;
    running -= 1;
    pump(lane);
    if (lane.running === 0 && waiting(lane) === 0 && lane.troubles === 0) lanes.delete(lane.name);
    rest();
  };

  const pump = (lane: Lane): void => {
    while (lane.running < lane.width && !isClosed(lane)) {
      const task = take(lane);
      if (!task) return;
      lane.running += 1;
      running += 1;
      // A task reports what it meets; one that throws says nothing of its target.
      void one(task)
        .then((result) => (result === "well" ? well(lane) : trouble(lane)))
        .catch(() => undefined)
        .finally(() => ended(lane, task));
    }
  };

  /** The queue of what ended last keeps the newest; what falls out is found again from the other end. */
  const push = (lane: Lane, task: Task, latest: boolean): void => {
    keys.add(task.key);
    if (!latest) {
      lane.oldest.push(task);
      return;
    }
    lane.latest.push(task);
    const fallen = lane.latest.length > LANE_QUEUE ? lane.latest.shift() : undefined;
    if (fallen) keys.delete(fallen.key);
  };

  return {
    state: (name) => stateOf(lanes.get(name)),
    offer: (task, latest) => {
      const lane = laneOf(task.lane);
      const state = stateOf(lane);
      // The queue of what ended last lets the older ones fall out instead.
      if (state === "closed" || (state === "full" && !latest)) return state;
      push(lane, task, latest);
      pump(lane);
      return "open";
    },
    has: (key) => keys.has(key),
    idle: () =>
      new Promise((resolve) => {
        resting.push(resolve);
        rest();
      }),
    clear: () => {
      for (const lane of lanes.values()) forget(lane);
      rest();
    },
  };
};
