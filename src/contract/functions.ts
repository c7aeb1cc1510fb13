import type { ScheduledWork } from "./schedule.ts";
import { SPACES } from "./table.ts";

/**
 * The functions of a deployment, as one table: which of core's paths a function answers, its size, the network it
 * needs, and its rights beyond those of the backends it hosts. Entries, routes, roles, stacks and tests derive from it.
 *
 * Which backends a function hosts is said in `src/catalog.ts`, by the `home` of each row: a new backend is a folder and
 * one row there, and its function's rights follow. A function is deployed when it has paths, hosts a backend, or is
 * driven by events.
 *
 * Security: a row is a wall. A fault in one function (a confused path, a poisoned dependency) reaches what its row and
 * its backends name, and nothing else.
 */

/** Rights beyond those of the hosted backends. Partition keys and domains may end in `*`. */
export interface ExtraRights {
  /** Partition keys it may also read. */
  readonly reads?: readonly string[];
  /** Partition keys it may also read, put and delete. */
  readonly writes?: readonly string[];
  /** Partition keys it may list and delete without ever opening a body. */
  readonly removes?: readonly string[];
  /** Domains whose data keys it may also unwrap. */
  readonly domains?: readonly string[];
  /** Domains it may make data keys for, without seeing them, and whose wrapped keys it may read and put. */
  readonly makesKeys?: readonly string[];
  readonly outside?: readonly OutsideRights[];
}

/** Rights outside table and key, by name; `lib/statements.ts` spells them out. */
export type OutsideRights =
  | "identity-reads"
  | "stream"
  | "aws-issues"
  | "aws-ends"
  | "database-logins"
  | "expiry"
  | "failures";

export interface FunctionRow {
  /**
   * `requests`: the HTTP API. `events`: the schedule and the stream alone; no HTTP reaches it. `challenges`: the same,
   * and it does not run core: it has the rights that its row names, and none of those every request needs. `files`: the
   * HTTP API, with the files of the web page; it does not run core, and has no rights at all.
   */
  readonly answers: "requests" | "events" | "challenges" | "files";
  /**
   * Routes of the API that go straight to it: only names that no mount can take over (`auth/`, `sys/`, `identity/`,
   * `cubbyhole/`). `{path+}` is everything below.
   */
  readonly paths: readonly string[];
  /** Whether it hands a request on to the function that serves it. */
  readonly handsOn: boolean;
  /** Functions whose backends' leases it ends: it runs their code, and reads what they store. */
  readonly endsFor: readonly FunctionName[];
  /** Whether it hands other leases that are to end to the function that serves their mount. */
  readonly handsLeases: boolean;
  /** Whether it is asked what paths of any backend need (`sys/policies/explain`), and so carries the code of all. */
  readonly knowsAll: boolean;
  /** Its scheduled work: the schedule wakes it every minute. `undefined`: nothing. */
  readonly scheduled: ScheduledWork | undefined;
  /**
   * `aws`: the services of AWS alone. `databases`: the subnets of `zeroth:subnets`, where they are set. `identities`:
   * whoever vouches for callers, AWS among them; the subnets of `zeroth:loginSubnets`, where they are set.
   * `challenges`: hosts for which somebody wants a certificate; the subnets of `zeroth:acmeSubnets`, where they are set.
   * `none`: nothing but table and key; the subnets of `zeroth:isolatedSubnets`, where they are set.
   */
  readonly network: "aws" | "databases" | "identities" | "challenges" | "none";
  /** MB; the processor's share grows with it (one processor at 1,769 MB). */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  /** Why this size. */
  readonly why: string;
  readonly also: ExtraRights;
}

export const FUNCTIONS = [
  "login",
  "kv",
  "dynamic",
  "keys",
  "policy",
  "wrapping",
  "system",
  "revoke",
  "challenges",
  "ui",
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

const all = (space: keyof typeof SPACES): string => `${SPACES[space]}#*`;

/**
 * The mount `sys/` itself, which several functions answer for. Its keys name its entries; to read one takes the
 * partition too, and that is for system alone.
 */
const SYS = "system:*";

/** The periodic work of the mounts it hosts, and their backends' part in a removal. */
const OWN_MOUNTS: ScheduledWork = { core: [], jobs: ["unmount-hook"], mounts: true };

/**
 * The gateway gives up after 29 seconds (30 s is the service's own limit). A function that answers it ends a second
 * earlier, so that the caller gets Vault's error and not the gateway's; one that kv may call ends before kv does.
 */
const REQUESTS = {
  answers: "requests",
  handsOn: false,
  endsFor: [],
  handsLeases: false,
  knowsAll: false,
  scheduled: undefined,
  network: "aws",
  memory: 512,
  timeout: 26,
} as const;

export const FUNCTION_TABLE: Readonly<Record<FunctionName, FunctionRow>> = {
  login: {
    ...REQUESTS,
    // A login that needs a second factor ends where it began: nobody else makes tokens of logins.
    paths: ["/v1/auth/{path+}", "/v1/sys/mfa/{path+}"],
    scheduled: OWN_MOUNTS,
    network: "identities",
    why: "what others say of the caller, within deadlines of each method (a directory has 20 s), and two table calls",
    also: { writes: [all("entity"), all("spent")], domains: [SYS] },
  },
  kv: {
    ...REQUESTS,
    // Everything no row names, and every mount at a path of its own.
    paths: ["$default"],
    handsOn: true,
    timeout: 28,
    why: "one table call; the rest is waiting for a forwarded answer",
    also: {},
  },
  dynamic: {
    ...REQUESTS,
    // Renewing and revoking a lease runs the code of the engine that granted it, over the network path it has.
    paths: [
      "/v1/sys/leases",
      "/v1/sys/leases/{path+}",
      "/v1/sys/renew",
      "/v1/sys/renew/{path+}",
      "/v1/sys/revoke",
      "/v1/sys/revoke/{path+}",
      "/v1/sys/revoke-prefix/{path+}",
      "/v1/sys/revoke-force/{path+}",
    ],
    handsLeases: true,
    scheduled: OWN_MOUNTS,
    network: "databases",
    memory: 1024,
    why: "waits for databases, several at a time",
    also: { domains: [SYS] },
  },
  keys: {
    ...REQUESTS,
    paths: [],
    scheduled: OWN_MOUNTS,
    network: "none",
    memory: 1024,
    why: "makes RSA keys",
    // What engines want checked on the network; `challenges` does it.
    also: { writes: [all("challenge")], domains: ["challenge"] },
  },
  policy: {
    ...REQUESTS,
    paths: [
      "/v1/sys/policies",
      "/v1/sys/policies/{path+}",
      "/v1/sys/policy",
      "/v1/sys/policy/{path+}",
      "/v1/sys/capabilities",
      "/v1/sys/capabilities-self",
      "/v1/sys/capabilities-accessor",
    ],
    knowsAll: true,
    why: "compiles policies; two table calls",
    also: { writes: [SPACES.policy, all("epoch")], domains: [SYS] },
  },
  wrapping: {
    ...REQUESTS,
    paths: ["/v1/sys/wrapping", "/v1/sys/wrapping/{path+}", "/v1/cubbyhole", "/v1/cubbyhole/{path+}"],
    why: "two table calls",
    also: { writes: [all("cubbyhole")], domains: [SYS] },
  },
  system: {
    ...REQUESTS,
    paths: ["/v1/sys/{path+}", "/v1/identity", "/v1/identity/{path+}"],
    handsOn: true,
    // Removing and moving mounts change the configuration, rotation makes keys: no other function could finish them.
    scheduled: { core: ["rotate-keys"], jobs: ["unmount", "unmount-hook", "remount"], mounts: true },
    why: "removing a mount walks its entries, a page at a time, and can be resumed",
    also: {
      writes: [SPACES.config, SPACES.policy, all("epoch"), all("entity")],
      removes: [all("data"), all("record"), all("listing")],
      // At initialization, mounting and rotation. Unmounting empties them: after that nobody opens what they sealed.
      makesKeys: ["*"],
    },
  },
  revoke: {
    ...REQUESTS,
    answers: "events",
    paths: [],
    endsFor: ["dynamic"],
    handsLeases: true,
    // No work of mounts: it may not write what they keep.
    // The sweep has orders of its own (`sweepOrder`), one for each part of the expiry index.
    scheduled: { core: ["tidy"], jobs: ["revoke-prefix", "tidy", "count-leases"], mounts: false },
    network: "databases",
    timeout: 300,
    why: "a look at an empty index is short, but a sweep goes on for its minute while there is something to end",
    also: { outside: ["expiry", "stream"] },
  },
  challenges: {
    ...REQUESTS,
    answers: "challenges",
    paths: [],
    scheduled: { core: ["challenges"], jobs: [], mounts: false },
    network: "challenges",
    memory: 256,
    timeout: 75,
    why: "waits for hosts, ten seconds each and several at a time; the schedule's run stays for its minute while one is open",
    // Neither tokens nor configuration nor anything of a mount: what it dials is chosen by strangers.
    also: { writes: [all("challenge")], domains: ["challenge"], outside: ["stream"] },
  },
  ui: {
    ...REQUESTS,
    answers: "files",
    // `/` leads to the page.
    paths: ["/", "/ui", "/ui/{path+}"],
    memory: 128,
    timeout: 3,
    why: "reads a file of its own bundle, compressed beforehand",
    also: {},
  },
};
