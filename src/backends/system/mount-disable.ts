import { z } from "zod";
import type { Core } from "../../core/core.ts";
import type { Mount } from "../../core/mounts/mount.ts";
import { unmount } from "../../core/mounts/unmount.ts";
import { invalidRequest } from "../../framework/index.ts";
import { cut } from "../../std/shown.ts";

/** How long a request works on something that may take longer; the rest becomes a job. API Gateway waits 30 seconds. */
export const PATIENCE_MS = 20_000;

/** The job that continues to remove a mount, with status 202. */
export const Leaving = z.object({ job_id: z.string() });

/** Answers nothing when the mount is gone, 202 and a warning when it is still going. Throws if a lease prevents it. */
export const disable = async (core: Core, mount: Mount | undefined) => {
  if (!mount) return undefined;
  const job = await unmount(core, mount, core.clock.now() + PATIENCE_MS);
  if (job?.state === "failure") throw invalidRequest(job.error);
  if (job?.state !== "running") return undefined;
  return {
    status: 202,
    data: { job_id: job.id },
    warnings: [
      `The mount at ${cut(mount.info.path)} answers no more; its leases are still being revoked. Repeat this request to go on at once.`,
    ],
  };
};
