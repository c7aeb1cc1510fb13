import { z } from "zod";
import { type BackendContext, VaultError } from "../../../../framework/index.ts";
import { tryWrite } from "../../../../storage/change.ts";
import { ConditionFailed, type Entry, type Write } from "../../../../storage/store.ts";
import { CERTIFICATES, REVOKED } from "../../model.ts";
import { buildLists } from "../lists/build.ts";
import { findSettings } from "../settings.ts";
import { type Counts, Job, jobAddress, judgedAt, type Outcome, STEPS, type Step } from "./job.ts";
import { tidyCertificates, tidyRevocations } from "./rows.ts";
import type { TidyTasks } from "./tasks.ts";

/**
 * Works on the job of the mount until it is done or the time is up. Every slice may be the last one of its process.
 *
 * Security: what has ended is judged by the earlier of this process's clock and the moment the job began, so a worker
 * whose clock is ahead removes nothing that was alive when somebody asked.
 */

/** Entries that one transaction decides. Each needs at most three writes; a transaction holds 100. */
export const CHUNK = 30;
/** Pages of any size are read in pieces of at most this. */
const MOST_PAGE = 1000;
/** Pauses that last shorter than this together do not wait for the next slice. */
const GRACE_MS = 1000;

/** How many entries the pauses allow by now. */
const allowed = ({ options: { pause }, paced }: Job, now: number): number =>
  pause === 0 ? Number.POSITIVE_INFINITY : Math.floor((now - paced + GRACE_MS) / pause);

const plus = (counts: Counts, more: Partial<Counts>): Counts => {
  const sum: Counts = { ...counts };
  for (const name of Object.keys(counts) as (keyof Counts)[]) sum[name] += more[name] ?? 0;
  return sum;
};

/** The words of the reference's progress. */
const ROWS: Readonly<Partial<Record<Step, { readonly what: string; readonly entry: string; readonly total: string }>>> =
  {
    certificates: { what: "certificate store", entry: "entry", total: "certs" },
    revocations: { what: "revoked certificates", entry: "certificate", total: "revoked certs" },
  };

const messageOf = ({ step, options, checked }: Job, at: number): string => {
  const rows = ROWS[step];
  if (!rows) return "";
  const { what, entry, total } = rows;
  return `Tidying ${what}: checking ${entry} ${at} of ${options.page_size} on current page; total ${total} checked: ${checked + at}`;
};

const isWanted = (step: Step, { options, relist }: Job): boolean => {
  switch (step) {
    case "certificates":
      return options.tidy_cert_store || options.tidy_invalid_certs;
    case "revocations":
      return options.tidy_revoked_certs || options.tidy_invalid_certs || options.tidy_revoked_cert_issuer_associations;
    case "lists":
      return relist;
    case "issuers":
      return options.tidy_expired_issuers;
    case "acme":
      return options.tidy_acme;
    case "done":
      return true;
  }
};

const nextStep = (job: Job): Job => {
  const behind = STEPS.slice(STEPS.indexOf(job.step) + 1);
  const step = behind.find((one) => isWanted(one, job)) ?? "done";
  return { ...job, step, after: "", checked: 0 };
};

const finished = (job: Job, cx: BackendContext): Job => ({
  ...job,
  state: "Finished",
  finished: cx.clock.now(),
  message: "",
});

interface Held {
  readonly job: Job;
  readonly n: number;
}
/** The job after a slice; `"wait"`: it cannot go on before some time has passed. */
type Ended = Held | "wait" | undefined;

const save = async (cx: BackendContext, held: Held, job: Job, writes: readonly Write[]): Promise<Held | undefined> => {
  const { storage } = cx;
  const put: Write = { op: "put", address: jobAddress(storage), body: job, when: { n: held.n } };
  await cx.crash("pki.tidy", () => storage.write([put, ...writes]));
  return load(cx);
};

const load = async ({ storage }: BackendContext): Promise<Held | undefined> => {
  const entry = await storage.get(jobAddress(storage));
  return entry && { job: Job.parse(entry.body), n: entry.n };
};

const chunksOf = (page: readonly Entry[]): readonly (readonly Entry[])[] =>
  Array.from({ length: Math.max(1, Math.ceil(page.length / CHUNK)) }, (_, at) =>
    page.slice(at * CHUNK, (at + 1) * CHUNK),
  );

const afterChunk = (job: Job, chunk: readonly Entry[], { counts, relist }: Outcome): Job => ({
  ...job,
  after: chunk.at(-1)?.address.sk ?? job.after,
  checked: job.checked + chunk.length,
  paced: job.paced + chunk.length * job.options.pause,
  counts: plus(job.counts, counts),
  relist: job.relist || relist,
  message: messageOf(job, chunk.length),
});

/** One page of rows; the entry is written with whatever goes, and at the page's end. */
const rowsSlice = async (cx: BackendContext, begun: Held, record: string, deadlineMs: number): Promise<Ended> => {
  const { after, options, step } = begun.job;
  const size = options.page_size > 0 ? options.page_size : MOST_PAGE;
  const limit = Math.min(size, MOST_PAGE, allowed(begun.job, cx.clock.now()));
  if (limit < 1) return "wait";
  const tidy = step === "certificates" ? tidyCertificates : tidyRevocations;
  const page = await cx.storage.items(record, { after: after === "" ? undefined : after, limit });
  const chunks = chunksOf(page.items);
  let held = begun;
  for (const [at, chunk] of chunks.entries()) {
    const outcome: Outcome = await tidy(chunk, held.job, cx);
    const job = afterChunk(held.job, chunk, outcome);
    const isLast = at === chunks.length - 1;
    const isLate = cx.clock.now() >= deadlineMs;
    if (outcome.writes.length === 0 && !isLast && !isLate) {
      held = { ...held, job };
      continue;
    }
    const saved = await save(cx, held, isLast && page.next === undefined ? nextStep(job) : job, outcome.writes);
    if (isLate || saved?.job.state !== "Running") return saved;
    held = saved;
  }
  return held;
};

const listsSlice = async (cx: BackendContext, held: Held): Promise<Ended> => {
  const { auto_rebuild } = await findSettings(cx);
  if (!auto_rebuild) await buildLists(cx, "all");
  return save(cx, held, nextStep(held.job), []);
};

/** A task of another room; it says itself whether it got to its end. */
const taskSlice = async (
  cx: BackendContext,
  held: Held,
  task: TidyTasks[keyof TidyTasks],
  deadlineMs: number,
): Promise<Ended> => {
  const { done, counts } = await task(cx, { options: held.job.options, judgedAt: judgedAt(held.job, cx), deadlineMs });
  const job = { ...held.job, counts: plus(held.job.counts, counts) };
  const after = await save(cx, held, done ? nextStep(job) : job, []);
  return done ? after : "wait";
};

const slice = async (cx: BackendContext, held: Held, tasks: TidyTasks, deadlineMs: number): Promise<Ended> => {
  const { job } = held;
  if (!isWanted(job.step, job)) return save(cx, held, nextStep(job), []);
  switch (job.step) {
    case "certificates":
      return rowsSlice(cx, held, CERTIFICATES, deadlineMs);
    case "revocations":
      return rowsSlice(cx, held, REVOKED, deadlineMs);
    case "lists":
      return listsSlice(cx, held);
    case "issuers":
      return taskSlice(cx, held, tasks.issuers, deadlineMs);
    case "acme":
      return taskSlice(cx, held, tasks.acme, deadlineMs);
    case "done":
      return save(cx, held, finished(job, cx), []);
  }
};

/** A failure that another try would not mend ends the job, which tells of it. */
const failed = async (cx: BackendContext, { job, n }: Held, cause: unknown): Promise<void> => {
  const error = cause instanceof Error ? cause.name : "unknown";
  cx.log("tidying failed", { step: job.step, error });
  const body: Job = { ...job, state: "Error", finished: cx.clock.now(), error: `error running tidy: ${error}` };
  await tryWrite(cx.storage, [{ op: "put", address: jobAddress(cx.storage), body, when: { n } }]);
};

/** What is stored cannot be read, or a build is refused. Everything else may pass. */
const isLasting = (cause: unknown): boolean =>
  cause instanceof z.ZodError || (cause instanceof VaultError && cause.code !== "storage_unavailable");

/** Works on the job, if one runs. After what it throws, the job goes on with the next slice. */
export const workOnJob = async (cx: BackendContext, tasks: TidyTasks, deadlineMs: number): Promise<void> => {
  let held = await load(cx);
  while (held?.job.state === "Running" && cx.clock.now() < deadlineMs) {
    const current: Held = held;
    try {
      const after = await slice(cx, current, tasks, deadlineMs);
      if (after === "wait") return;
      held = after;
    } catch (cause) {
      // Somebody else works on it, cancelled it, or changed what was to be removed: look again.
      if (isLasting(cause)) await failed(cx, current, cause);
      else if (!(cause instanceof ConditionFailed)) throw cause;
      held = await load(cx);
    }
  }
};
