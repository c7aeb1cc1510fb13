import { invalidRequest } from "../../framework/index.ts";
import { as, type MountId } from "../../std/brand.ts";
import type { Core } from "../core.ts";
import type { JobHandler } from "../jobs/jobs.ts";
import type { Job } from "../jobs/types.ts";
import { leaseQuotaRemovals } from "../quotas/lease-rules.ts";
import { quotaRemovals } from "../quotas/rules.ts";
import { mountById } from "./find.ts";
import type { Mount } from "./mount.ts";
import { purgeMount } from "./purge.ts";
import { changeMounts, mountRemoval, mountWrite } from "./table.ts";
import { takeDown } from "./unmount-hook.ts";

/**
 * Disabling a mount: taint it (no request reaches it, no lease begins), revoke its leases and tokens, let its backend
 * take down what is outside the table, remove its row, shred its keys, purge its items. The job is written with the
 * taint, so that it continues after a crash anywhere.
 *
 * Security: the row goes only when no lease is left; one that cannot be revoked fails the job and leaves the mount
 * tainted, for the operator to force that lease and disable again.
 */

/** Starts or continues; answers the job as it is at the deadline, nothing where there was no such mount. */
export const unmount = async (core: Core, mount: Mount, deadlineMs: number): Promise<Job | undefined> => {
  const job = core.jobs.begin("unmount", { mount: mount.info.id, path: mount.info.path });
  let found = false;
  await changeMounts(core, async (snapshot) => {
    const current = mountById(snapshot, mount.info.id);
    found = current !== undefined;
    return current ? [await mountWrite(core, { ...current, tainted: true }, "present"), job.write] : [];
  });
  return found ? core.jobs.run(job.id, deadlineMs) : undefined;
};

export const unmountJob =
  (core: () => Core): JobHandler =>
  async (job, deadlineMs) => {
    const id = as<MountId>(String(job.input["mount"]));
    const mount = mountById(await core().config.snapshot(), id);
    let handled = 0;
    let input = job.input;
    if (mount) {
      const revoked = await core().leases.revokeMount(id, deadlineMs);
      handled = revoked.handled;
      if (!revoked.done) return { done: false, handled };
      const hook = await takeDown(core(), mount, job.input);
      input = hook.input;
      if (!hook.done) return { done: false, handled, input };
      await core().crash("mount.remove", () =>
        changeMounts(core(), async (snapshot) => {
          const current = mountById(snapshot, id);
          // A failed move has untainted it: leases may have begun since.
          if (current && !current.tainted) throw invalidRequest("the mount is in use again; disable it once more");
          if (!current) return [];
          return [
            await mountRemoval(core(), current.info.path),
            ...(await quotaRemovals(core(), snapshot, id)),
            ...(await leaseQuotaRemovals(core(), snapshot, id)),
          ];
        }),
      );
    }
    return { done: await purgeMount(core(), id, deadlineMs), handled, input };
  };
