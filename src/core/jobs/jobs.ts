import type { JobKind } from "../../contract/schedule.ts";
import { VaultError } from "../../framework/index.ts";
import type { EpochSeconds } from "../../std/brand.ts";
import type { JsonObject } from "../../std/json.ts";
import { uuid } from "../../std/random.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import { DOMAINS, JOB_PARTITION, jobAddress } from "../../storage/keys.ts";
import type { Entry, Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { vanishing } from "../leases/expiry.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import type { Job, Jobs } from "./types.ts";

/**
 * Work that may outlast a request: removing a mount, moving one, revoking below a prefix. A job is in the table from
 * the moment it is decided, is continued by whatever has time (the request that started it, one that asks for its
 * status, the schedule of a function that may finish it), and reports its outcome for a day.
 *
 * Security: every handler may be killed at any point and run again; one runner at a time holds a job.
 */

/** A runner that did not come back loses the job after this long. */
const CLAIM = seconds(120);
/** One runner's turn; shorter than the claim, so that two never overlap. */
const TURN_MS = 60_000;
const SHOWN = seconds(86400);

export interface JobStep {
  readonly done: boolean;
  /** What this turn dealt with. */
  readonly handled: number;
  /** Where to continue; absent: as before. */
  readonly input?: JsonObject;
}

/** Throws `invalid_request` for what a retry cannot fix: the job has failed. Anything else is tried again. */
export type JobHandler = (job: Job, deadlineMs: number) => Promise<JobStep>;

/** Whether this process can do a job's next step; absent: any process that may run jobs of the kind can. */
export type JobGate = (job: Job) => Promise<boolean>;

export interface JobRow {
  readonly run: JobHandler;
  readonly here?: JobGate;
}

const textOf = (cause: unknown): string => {
  if (cause instanceof VaultError) return cause.wire ?? cause.reason;
  return cause instanceof Error ? cause.name : "unknown";
};

const jobOf = (entry: Entry): Job => fromSealed<Job>(entry.body);

export const createJobs = (core: () => Core, rows: Readonly<Record<JobKind, JobRow>>): Jobs => {
  const now = (): EpochSeconds => epochSeconds(core().clock.now());
  const read = async (id: string): Promise<Entry | undefined> => (await core().store.get([jobAddress(id)]))[0];

  const save = (job: Job): Write => ({
    op: "put",
    address: jobAddress(job.id),
    body: toSealed(job),
    clear: job.state === "running" ? {} : vanishing(plus(now(), SHOWN)),
    when: "any",
  });

  const claim = async (entry: Entry): Promise<Job | undefined> => {
    const job: Job = { ...jobOf(entry), claimedUntil: plus(now(), CLAIM) };
    const write: Write = { op: "put", address: entry.address, body: toSealed(job), when: { n: entry.n } };
    return (await tryWrite(core().store, [write])) ? job : undefined;
  };

  const turn = async (job: Job, deadlineMs: number): Promise<Job> => {
    try {
      const step = await rows[job.kind].run(job, Math.min(deadlineMs, core().clock.now() + TURN_MS));
      return {
        ...job,
        input: step.input ?? job.input,
        handled: job.handled + step.handled,
        state: step.done ? "success" : "running",
        error: "",
        claimedUntil: 0,
      };
    } catch (cause) {
      if (!(cause instanceof VaultError) || cause.code !== "invalid_request") {
        await core().store.write([save({ ...job, error: textOf(cause), claimedUntil: 0 })]);
        throw cause;
      }
      return { ...job, state: "failure", error: textOf(cause), claimedUntil: 0 };
    }
  };

  const run = async (id: string, deadlineMs: number): Promise<Job | undefined> => {
    const entry = await read(id);
    const found = entry && jobOf(entry);
    if (!entry || found?.state !== "running" || found.claimedUntil > now()) return found;
    const job = await claim(entry);
    if (!job) return found;
    const after = await core().crash(`job.${job.kind}`, () => turn(job, deadlineMs));
    await core().store.write([save(after)]);
    return after;
  };

  const list = async (): Promise<readonly Job[]> => {
    const jobs: Job[] = [];
    for await (const entry of core().store.all({ pk: JOB_PARTITION, domain: DOMAINS.lease })) jobs.push(jobOf(entry));
    return jobs.filter((job) => job.state === "running" || job.startedMs + 2 * SHOWN * 1000 > core().clock.now());
  };

  return {
    begin: (kind, input) => {
      const id = uuid(core().random);
      const job: Job = {
        id,
        kind,
        input,
        state: "running",
        error: "",
        handled: 0,
        startedMs: core().clock.now(),
        claimedUntil: 0,
      };
      return { id, write: save(job) };
    },
    run,
    find: async (id) => {
      const entry = await read(id);
      return entry && jobOf(entry);
    },
    list,
    resume: async (kinds, deadlineMs) => {
      for (const job of await list()) {
        if (job.state !== "running" || !kinds.includes(job.kind) || core().clock.now() >= deadlineMs) continue;
        try {
          if ((await rows[job.kind].here?.(job)) ?? true) await run(job.id, deadlineMs);
        } catch (cause) {
          core().signal({ kind: "schedule-failed" });
          core().log("job could not continue", { job: job.kind, error: textOf(cause) });
        }
      }
    },
  };
};
