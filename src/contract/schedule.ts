/**
 * Scheduled work. The table of functions says which function does it: one that takes up work must have the rights to
 * finish it.
 */

/** Work of core itself. Each name has its row in `src/core/schedule/work.ts`. */
export const CORE_WORK = ["sweep", "tidy", "rotate-keys", "challenges"] as const;
export type CoreWork = (typeof CORE_WORK)[number];

/** Work that began with a request and may outlast it. Each kind has its handler in `src/core/build.ts`. */
export const JOB_KINDS = ["unmount", "unmount-hook", "remount", "revoke-prefix", "tidy", "count-leases"] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export interface ScheduledWork {
  readonly core: readonly CoreWork[];
  /** Kinds of unfinished jobs it continues. */
  readonly jobs: readonly JobKind[];
  /** Whether it does the periodic work of the mounts it hosts. */
  readonly mounts: boolean;
}

/** A process that hosts everything. */
export const EVERYTHING: ScheduledWork = { core: CORE_WORK, jobs: JOB_KINDS, mounts: true };

export const NOTHING: ScheduledWork = { core: [], jobs: [], mounts: false };

/**
 * How many sweepers walk the expiry index side by side, each its part of the shards. More of them end more leases a
 * second; each costs an invocation a minute.
 */
export const SWEEPERS = 4;

/** The order to sweep one part of several: the shards whose number leaves `part` when divided by `of`. */
export const SWEEP_SOURCE = "zeroth.sweep";
export const sweepOrder = (part: number, of: number) => ({ source: SWEEP_SOURCE, part, of });

/** The event that wakes a function; the rule sends it, no HTTP event has its shape. */
export const SCHEDULE_EVENT = { source: "zeroth.schedule" } as const;
