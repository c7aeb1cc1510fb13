import type { Audit, AuditSurroundings } from "../audit/types.ts";
import { EVERYTHING, type ScheduledWork } from "../contract/schedule.ts";
import type { CrashPoint } from "../framework/index.ts";
import { once } from "../std/once.ts";
import type { RandomSource } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import { type Timer, wallTimer } from "../std/timer.ts";
import type { SealedStore } from "../storage/index.ts";
import { DOMAINS } from "../storage/keys.ts";
import { createCaches } from "./caches.ts";
import type { Catalog } from "./catalog.ts";
import type { Attempt, ChallengeWork } from "./challenges/work.ts";
import { createConfig } from "./config/config.ts";
import type { Core } from "./core.ts";
import { createIdentity } from "./identity/index.ts";
import { createJobs } from "./jobs/jobs.ts";
import { leasesOnDemand } from "./leases/on-demand.ts";
import type { HandOver } from "./leases/types.ts";
import type { Lockout } from "./login/types.ts";
import { unmountHookJob } from "./mounts/unmount-hook.ts";
import { createPasswordPolicies } from "./password-policies/index.ts";
import { createPolicies } from "./policies/policies.ts";
import { createQuotas } from "./quotas/index.ts";
import { createLeaseCounts } from "./quotas/lease-counts.ts";
import type { Schedule } from "./schedule/types.ts";
import { createTokens } from "./tokens/index.ts";
import { createWrapping } from "./wrapping/wrapping.ts";

/**
 * Builds the parts of core and ties them together; leases and tokens need each other, so each is given the other late.
 */

export interface CoreOptions {
  readonly store: SealedStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly crash: CrashPoint;
  readonly epochCopies?: number | undefined;
  /** This process's scheduled work; absent: all of it. */
  readonly scheduled?: ScheduledWork | undefined;
  /** Absent: the wall clock's. */
  readonly timer?: Timer | undefined;
  /** Absent: every mount is served here. */
  readonly handOver?: HandOver | undefined;
  readonly log: Core["log"];
  readonly signal: Core["signal"];
  /** How challenges are checked on the network. Absent: this process checks none. */
  readonly attempt?: Attempt | undefined;
  readonly render: Core["render"];
  readonly observeReply: Core["observeReply"];
  readonly address: Core["address"];
  readonly catalog: (core: () => Core) => Catalog;
  readonly audit: (surroundings: () => AuditSurroundings) => Audit;
}

/** Loaded by the first login: most functions see none. */
const lockoutOf = (core: () => Core): Lockout => {
  const there = once(async (): Promise<Lockout> => (await import("./login/lockout.ts")).createLockout(core));
  return {
    around: async (...login) => (await there()).around(...login),
    prefetch: async (...name) => (await there()).prefetch(...name),
  };
};

/** Loaded by the first challenge that a backend asks about, as most functions see none. */
const challengesOf = ({ store, clock }: CoreOptions): Core["challenges"] => {
  const there = once(async () => (await import("./challenges/challenges.ts")).createChallenges({ store, clock }));
  return (mount) => ({
    ask: async (...challenge) => (await there())(mount).ask(...challenge),
    look: async (ids) => (await there())(mount).look(ids),
  });
};

/** Loaded by the first tick, which most functions hear nothing of. */
const scheduleOf = (
  core: () => Core,
  { may, store, timer }: { readonly may: ScheduledWork; readonly store: SealedStore; readonly timer: Timer },
): Schedule => {
  const there = once(async (): Promise<Schedule> => {
    const [{ createSchedule }, { findWork }] = await Promise.all([
      import("./schedule/schedule.ts"),
      import("./schedule/work.ts"),
    ]);
    return createSchedule(core, { may, find: findWork(store), timer });
  });
  return {
    tick: async (...turn) => (await there()).tick(...turn),
    list: async (...asked) => (await there()).list(...asked),
  };
};

/** Where nobody attempts anything, nothing is done, and nothing loaded. */
const challengeWorkOf = ({ store, clock, crash, log, attempt }: CoreOptions): ChallengeWork => ({
  pass: async (...turn) => {
    if (attempt === undefined) return { nextMs: Number.POSITIVE_INFINITY, failed: 0 };
    const { createChallengeWork } = await import("./challenges/work.ts");
    return createChallengeWork({ store, clock, crash, log, attempt }).pass(...turn);
  },
});

export const createCore = (options: CoreOptions): Core => {
  const { store, clock, random, crash, log, signal } = options;
  const late = (): Core => core;
  const { epochCopies } = options;
  const caches = createCaches({ clock });
  const config = createConfig({
    store,
    random,
    loaded: caches.follow,
    begun: (epoch) => {
      // What nearly every request needs next: whose token it is, and what that may do.
      store.expect("names", DOMAINS.token);
      if (store.may(DOMAINS.policy)) policies.begin(epoch);
    },
    epochCopies,
  });
  const policies = createPolicies({ store, config });
  const identity = createIdentity({ store, clock, random, config, crash });
  const leaseCounts = createLeaseCounts({ store, config, random });
  const timer = options.timer ?? wallTimer;
  const { leases, prefixJob, tidyJob, countJob } = leasesOnDemand(late, { timer });
  const jobs = createJobs(late, {
    // Loaded when a mount goes or moves, which is not what a function starts for.
    unmount: { run: async (...job) => (await import("./mounts/unmount.ts")).unmountJob(late)(...job) },
    "unmount-hook": unmountHookJob(late),
    remount: { run: async (...job) => (await import("./mounts/remount.ts")).remountJob(late)(...job) },
    "revoke-prefix": { run: prefixJob },
    tidy: { run: tidyJob },
    "count-leases": { run: countJob },
  });
  const schedule = scheduleOf(late, { may: options.scheduled ?? EVERYTHING, store, timer });
  const tokens = createTokens({ store, clock, random, crash, config, identity, leaseCounts, leases: () => leases });
  const core: Core = {
    store,
    clock,
    random,
    crash,
    log,
    signal,
    config,
    identity,
    leases,
    handOver: options.handOver ?? (async () => false),
    caches,
    jobs,
    schedule,
    challenges: challengesOf(options),
    challengeWork: challengeWorkOf(options),
    tokens,
    policies,
    wrapping: createWrapping({ store, clock, random, tokens }),
    catalog: options.catalog(late),
    audit: options.audit(() => ({ store, clock, random, log, signal, configuration: config.snapshot })),
    quotas: createQuotas(late),
    leaseCounts,
    lockout: lockoutOf(late),
    passwords: createPasswordPolicies({ store, clock, random }),
    render: options.render,
    observeReply: options.observeReply,
    address: options.address,
  };
  return core;
};
