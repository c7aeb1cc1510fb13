import type { Audit } from "../audit/types.ts";
import type { AnyOp, AnyPath, Backend, Challenges, CrashPoint, Operation, Reply } from "../framework/index.ts";
import type { MountId } from "../std/brand.ts";
import type { RandomSource } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import type { Store } from "../storage/store.ts";
import type { Caches } from "./caches.ts";
import type { Catalog } from "./catalog.ts";
import type { ChallengeWork } from "./challenges/work.ts";
import type { Config } from "./config/types.ts";
import type { CoreEvent } from "./events.ts";
import type { Identity } from "./identity/types.ts";
import type { Jobs } from "./jobs/types.ts";
import type { HandOver, Leases } from "./leases/types.ts";
import type { Lockout } from "./login/types.ts";
import type { PasswordPolicies } from "./password-policies/types.ts";
import type { Policies } from "./policies/types.ts";
import type { LeaseCounts, Quotas } from "./quotas/types.ts";
import type { Answer } from "./request/answer.ts";
import type { Schedule } from "./schedule/types.ts";
import type { Tokens } from "./tokens/types.ts";
import type { Wrapping } from "./wrapping/types.ts";

/** What a handler answered, and its row of the path table. */
export interface ObservedReply {
  readonly backend: Backend;
  readonly path: AnyPath;
  readonly operation: Operation;
  readonly op: AnyOp;
  readonly reply: Reply | undefined;
}

/** The parts of core, as its parts and the core backends see them. `build.ts` makes them and ties them together. */

export interface Core {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly crash: CrashPoint;
  readonly catalog: Catalog;
  readonly config: Config;
  readonly policies: Policies;
  readonly identity: Identity;
  readonly tokens: Tokens;
  readonly leases: Leases;
  /** To the function that serves a lease's mount, where that is another one. */
  readonly handOver: HandOver;
  readonly caches: Caches;
  readonly jobs: Jobs;
  readonly schedule: Schedule;
  /** A mount's part of the challenges. */
  readonly challenges: (mount: MountId) => Challenges;
  readonly challengeWork: ChallengeWork;
  readonly wrapping: Wrapping;
  readonly audit: Audit;
  readonly quotas: Quotas;
  readonly leaseCounts: LeaseCounts;
  readonly lockout: Lockout;
  readonly passwords: PasswordPolicies;
  /** The answer as bytes, for wrapping: made by the HTTP layer, which core does not import. */
  readonly render: (answer: Answer) => {
    readonly status: number;
    readonly contentType: string;
    readonly body: Uint8Array;
  };
  /**
   * Where callers reach the server, such as `https://vault.example.com`; empty where nobody said. Never what a request
   * says about itself.
   */
  readonly address: () => string;
  /** Sees each reply before it is used. The tests hold it against the path table; in production there is none. */
  readonly observeReply: ((seen: ObservedReply) => void) | undefined;
  /** A line in the operator's log. Its text is for people; holds no secret. */
  readonly log: (message: string, fields?: Readonly<Record<string, string | number | boolean>>) => void;
  /** A fact that is counted and watched. Never throws. */
  readonly signal: (event: CoreEvent) => void;
}
