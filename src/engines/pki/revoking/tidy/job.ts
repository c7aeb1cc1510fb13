import { z } from "zod";
import { type BackendContext, TIDY_STARTED } from "../../../../framework/index.ts";
import { uuid } from "../../../../std/random.ts";
import { change, leave } from "../../../../storage/change.ts";
import type { Address, View, Write } from "../../../../storage/store.ts";
import { ALL_TASKS, hasTask, Options } from "./options.ts";

/**
 * Tidying is one job of the mount, and this entry is all of it: what it does, how far it is, what it counted. Whoever
 * works on it writes what it removes together with the entry, in one transaction, under the condition that the entry is
 * as it was read. So two that work at once do not count twice, a killed one is continued, and a cancelled one stops.
 */

/** In this order. */
export const STEPS = ["certificates", "revocations", "lists", "issuers", "acme", "done"] as const;
export type Step = (typeof STEPS)[number];

const Counts = z.object({
  cert_store_deleted_count: z.int(),
  revoked_cert_deleted_count: z.int(),
  missing_issuer_cert_count: z.int(),
  total_acme_account_count: z.int(),
  acme_account_deleted_count: z.int(),
  acme_account_revoked_count: z.int(),
  acme_orders_deleted_count: z.int(),
});
export type Counts = z.output<typeof Counts>;

export const Job = z.object({
  id: z.string(),
  state: z.enum(["Running", "Finished", "Cancelled", "Error"]),
  options: Options,
  /** Epoch milliseconds; 0: not yet. */
  started: z.int(),
  finished: z.int(),
  step: z.enum(STEPS),
  /** The last item that was looked at in this step; `""`: none. */
  after: z.string(),
  /** Entries looked at in this step. */
  checked: z.int(),
  /** Pauses are counted from here, epoch milliseconds: the entries it may look at follow from the time that passed. */
  paced: z.int(),
  /** Whether an entry of a list went. */
  relist: z.boolean(),
  counts: Counts,
  message: z.string(),
  error: z.string(),
});
export type Job = z.output<typeof Job>;

/** What a chunk does to the job. */
export interface Outcome {
  readonly writes: readonly Write[];
  readonly counts: Partial<Counts>;
  /** Whether an entry of a list went. */
  readonly relist: boolean;
}

/** By when something must have ended to count as ended. */
export const judgedAt = (job: Job, { clock }: BackendContext): number => Math.min(clock.now(), job.started);

export const jobAddress = (view: View): Address => view.at("tidy/job");

export const findJob = async ({ storage }: BackendContext): Promise<Job | undefined> => {
  const entry = await storage.get(jobAddress(storage));
  return entry && Job.parse(entry.body);
};

const NOTHING_YET: Counts = {
  cert_store_deleted_count: 0,
  revoked_cert_deleted_count: 0,
  missing_issuer_cert_count: 0,
  total_acme_account_count: 0,
  acme_account_deleted_count: 0,
  acme_account_revoked_count: 0,
  acme_orders_deleted_count: 0,
};

const newJob = (options: Options, { clock, random }: BackendContext): Job => ({
  id: uuid(random),
  state: "Running",
  options,
  started: clock.now(),
  finished: 0,
  step: "certificates",
  after: "",
  checked: 0,
  paced: clock.now(),
  relist: false,
  counts: NOTHING_YET,
  message: "",
  error: "",
});

/** Begins a job, unless one runs. */
export const startJob = (options: Options, cx: BackendContext): Promise<boolean> =>
  change<boolean>(cx.storage, jobAddress(cx.storage), (entry) => {
    if (entry && Job.parse(entry.body).state === "Running") return leave(false);
    return { op: "put", body: newJob(options, cx), result: true };
  });

/** Ends a job that runs. Whoever works on it finds the entry changed, and stops without having removed anything more. */
export const cancelJob = (cx: BackendContext): Promise<boolean> =>
  change<boolean>(cx.storage, jobAddress(cx.storage), (entry) => {
    const job = entry && Job.parse(entry.body);
    if (job?.state !== "Running") return leave(false);
    return { op: "put", body: { ...job, state: "Cancelled", finished: cx.clock.now() }, result: true };
  });

/** What a request to tidy is told. */
export const startedText = (options: Options): string =>
  hasTask(options)
    ? TIDY_STARTED
    : `Manual tidy requested but no tidy operations were set. Enable at least one tidy operation to be run (${ALL_TASKS}).`;
