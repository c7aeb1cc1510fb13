import { z } from "zod";
import type { Core } from "../../core/core.ts";
import type { RowState, ScheduledRow } from "../../core/schedule/types.ts";
import { op, path } from "../../framework/index.ts";
import { rfc3339 } from "../../std/time.ts";

/** `sys/schedule`: scheduled work and its outcome. Zeroth's own; Vault has no such path. */

const Row = z.object({
  work: z.string(),
  mount: z.string(),
  last_started: z.string(),
  last_succeeded: z.string(),
  next: z.string(),
  running: z.boolean(),
  failures: z.number(),
  last_error: z.string(),
});

const time = (ms: number): string => (ms === 0 ? "" : rfc3339(ms));

export const schedulePaths = (core: Core) => {
  const show = (row: ScheduledRow & RowState, mounts: ReadonlyMap<string, string>) => ({
    work: row.mount === "" ? row.id : "periodic",
    // Looked up by id: the recorded path is the one it had when it ran.
    mount: mounts.get(row.id) ?? row.mount,
    last_started: time(row.startedMs),
    last_succeeded: time(row.succeededMs),
    next: time(row.dueMs),
    running: row.claim !== "" && row.claimedUntil * 1000 > core.clock.now(),
    failures: row.failures,
    last_error: row.error,
  });
  return [
    path("schedule", {
      summary: "scheduled work",
      params: {},
      ops: {
        read: op({
          summary: "show the last and the next run of all scheduled work",
          answers: z.object({ work: z.array(Row) }),
          access: "sudo",
          handle: async () => {
            const { mounts } = await core.config.snapshot();
            const paths = new Map([...mounts.values()].map(({ info }) => [`mount:${info.id}`, String(info.path)]));
            return { data: { work: (await core.schedule.list()).map((row) => show(row, paths)) } };
          },
        }),
      },
    }),
  ];
};
