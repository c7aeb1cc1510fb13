import type { CrashPoint } from "../framework/index.ts";
import type { RandomSource } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import type { Store } from "../storage/store.ts";
import { createConfig } from "./config.ts";
import { createIdentity } from "./identity/index.ts";
import { createJobs } from "./jobs.ts";
import { createLeases } from "./leases/index.ts";
import { remountJob } from "./mounts/remount.ts";
import { unmountJob } from "./mounts/unmount.ts";
import { createPolicies } from "./policies.ts";
import type { Audit, Catalog, Core } from "./services.ts";
import type { CoreWithHooks, Hooks } from "./stages/types.ts";
import { createTokens } from "./tokens/index.ts";
import { createWrapping } from "./wrapping.ts";

/** Builds the parts of core and ties them together; leases need tokens and tokens need leases, so both come late. */

export interface CoreOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly crash: CrashPoint;
  readonly epochCopies?: number;
  readonly log: Core["log"];
  readonly catalog: (core: () => CoreWithHooks) => Catalog;
  readonly audit: (core: () => Core) => Audit;
  readonly hooks: (core: () => Core) => Hooks;
}

export const createCore = (options: CoreOptions): CoreWithHooks => {
  const { store, clock, random, crash, log } = options;
  const late = (): CoreWithHooks => core;
  const { epochCopies } = options;
  const config = createConfig({ store, random, ...(epochCopies === undefined ? {} : { epochCopies }) });
  const identity = createIdentity({ store, clock, random, config, crash });
  const { leases, prefixJob } = createLeases(late);
  const jobs = createJobs(late, {
    unmount: unmountJob(late),
    remount: remountJob(late),
    "revoke-prefix": prefixJob,
  });
  const tokens = createTokens({ store, clock, random, crash, config, identity, leases: () => leases });
  const core: CoreWithHooks = {
    store,
    clock,
    random,
    crash,
    log,
    config,
    identity,
    leases,
    jobs,
    tokens,
    policies: createPolicies({ store, config }),
    wrapping: createWrapping({ store, clock, random, tokens }),
    catalog: options.catalog(late),
    audit: options.audit(late),
    hooks: options.hooks(late),
  };
  return core;
};
