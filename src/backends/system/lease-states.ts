import { z } from "zod";
import type { Core } from "../../core/core.ts";
import type { Job } from "../../core/jobs/types.ts";
import { beginTidy } from "../../core/leases/tidy.ts";
import { field, op, path, TIDY_RUNNING, TIDY_STARTED, VaultError } from "../../framework/index.ts";
import { defined } from "../../std/defined.ts";
import { rfc3339 } from "../../std/time.ts";

/** Leases that could not be revoked, tidying, and revocations still in progress. */

const SHOWN = 10_000;
const HALTED =
  "Command halted because many irrevocable leases were found. To emit the entire list, re-run the command with force set true.";

const Stuck = z.object({
  lease_count: z.number(),
  leases: z.array(
    z.object({
      lease_id: z.string(),
      mount_id: z.string(),
      error: z.string(),
      attempts: z.number(),
      next_attempt: z.string(),
    }),
  ),
});
const Counts = z.object({ lease_count: z.number(), counts: z.record(z.string(), z.number()) });
const Jobs = z.object({
  jobs: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      subject: z.string(),
      state: z.string(),
      handled: z.number(),
      started: z.string(),
      error: z.string().optional(),
    }),
  ),
});

const limitOf = (text: string | undefined): number => {
  if (text === undefined || text === "") return SHOWN;
  if (text === "none") return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new VaultError("invalid_request", {
      wire: "invalid 'limit' provided, must be 'none' or a positive integer",
      multi: true,
    });
  }
  return Number(text);
};

const shownJob = (job: Job) =>
  defined({
    id: job.id,
    kind: job.kind,
    subject: String(job.input["prefix"] ?? job.input["path"] ?? job.input["from"] ?? ""),
    state: job.state,
    handled: job.handled,
    started: rfc3339(job.startedMs),
    error: job.error === "" ? undefined : job.error,
  });

export const leaseStatePaths = (core: Core) => {
  const type = field.text("irrevocable, or retrying");

  /** Vault knows the irrevocable ones; those that are still tried again are listed the same way. */
  const finder = (type: string | undefined) => {
    if (type === "irrevocable") return core.leases.irrevocable;
    return type === "retrying" ? core.leases.retrying : undefined;
  };

  /** Accessors of the mounts by id, as Vault names mounts here. */
  const accessors = async (): Promise<ReadonlyMap<string, string>> => {
    const { mounts } = await core.config.snapshot();
    return new Map([...mounts.values()].map(({ info }) => [info.id, info.accessor]));
  };

  return [
    path("leases", {
      summary: "leases that could not be revoked",
      params: {},
      ops: {
        read: op({
          summary: "list the leases that could not be revoked",
          answers: Stuck,
          access: "sudo",
          input: z.object({
            type,
            limit: field.text("how many at most, or none"),
            include_child_namespaces: field.flag("not used"),
          }),
          handle: async ({ input }) => {
            const find = finder(input.type);
            if (!find) return undefined;
            const limit = limitOf(input.limit);
            const found = await find(limit + 1);
            const mounts = await accessors();
            const leases = found.slice(0, limit).map(({ id, mountId, error, attempts, due }) => ({
              lease_id: id,
              mount_id: mounts.get(mountId) ?? "",
              error,
              attempts,
              next_attempt: rfc3339(due * 1000),
            }));
            return { data: { lease_count: leases.length, leases }, warnings: found.length > limit ? [HALTED] : [] };
          },
        }),
      },
    }),
    path("leases/count", {
      summary: "how many leases could not be revoked",
      params: {},
      ops: {
        read: op({
          summary: "count the leases that could not be revoked, by mount",
          answers: Counts,
          input: z.object({ type, include_child_namespaces: field.flag("not used") }),
          handle: async ({ input }) => {
            const find = finder(input.type);
            if (!find) return undefined;
            const found = await find();
            const mounts = await accessors();
            const counts: Record<string, number> = {};
            for (const { mountId } of found) {
              const name = mounts.get(mountId) ?? "";
              counts[name] = (counts[name] ?? 0) + 1;
            }
            return { data: { lease_count: found.length, counts } };
          },
        }),
      },
    }),
    path("leases/tidy", {
      summary: "clean up after leases",
      params: {},
      ops: {
        update: op({
          summary: "remove dangling entries, end leases without a token",
          answers: "nothing",
          handle: async () => {
            return { status: 202, data: null, warnings: [(await beginTidy(core)) ? TIDY_STARTED : TIDY_RUNNING] };
          },
        }),
      },
    }),
    path("leases/jobs", {
      summary: "revocations, moves and removals of mounts that take longer than a request",
      params: {},
      ops: {
        read: op({
          summary: "list the jobs of the last day",
          answers: Jobs,
          access: "sudo",
          handle: async () => ({ data: { jobs: (await core.jobs.list()).map(shownJob) } }),
        }),
      },
    }),
  ];
};
