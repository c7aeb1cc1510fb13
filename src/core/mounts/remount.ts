import { invalidRequest, VaultError } from "../../framework/index.ts";
import { as, type MountId, type MountPath } from "../../std/brand.ts";
import { cut } from "../../std/shown.ts";
import type { Core } from "../core.ts";
import type { JobHandler } from "../jobs/jobs.ts";
import type { Job } from "../jobs/types.ts";
import { mountById } from "./find.ts";
import { changeMounts, mountInTheWay, mountRemoval, mountWrite } from "./table.ts";

/**
 * Moving a mount: taint it, revoke its leases, then change its path in one transaction. Its id stays, and with it its
 * keys, data and accessor. When a move fails, the mount is as it was before.
 */

const inUse = (path: string): VaultError => invalidRequest(`path already in use at "${cut(path)}"`);

/** Throws `invalid_request` with Vault's texts. Answers the id to ask about. */
export const remount = async (core: Core, from: string, to: string, deadlineMs: number): Promise<string> => {
  let id = "";
  await changeMounts(core, async (snapshot) => {
    const mount = snapshot.mounts.get(as<MountPath>(from));
    if (!mount || mount.tainted) throw invalidRequest(`no matching mount at "${cut(from)}"`);
    const other = mountInTheWay(snapshot, to);
    if (other) throw inUse(other.info.path);
    const job = core.jobs.begin("remount", { mount: mount.info.id, from, to });
    id = job.id;
    return [await mountWrite(core, { ...mount, tainted: true }, "present"), job.write];
  });
  await core.jobs.run(id, deadlineMs);
  return id;
};

const giveBack = async (core: Core, id: MountId): Promise<void> => {
  await changeMounts(core, async (snapshot) => {
    const mount = mountById(snapshot, id);
    return mount?.tainted ? [await mountWrite(core, { ...mount, tainted: false }, "present")] : [];
  });
};

const move = async (core: Core, id: MountId, to: string): Promise<void> => {
  await changeMounts(core, async (snapshot) => {
    const mount = mountById(snapshot, id);
    if (!mount) throw invalidRequest("the mount is gone");
    if (mount.info.path === to) return [];
    const other = mountInTheWay(snapshot, to);
    if (other && other.info.id !== id) throw inUse(other.info.path);
    const moved = { ...mount, tainted: false, info: { ...mount.info, path: as<MountPath>(to) } };
    return [await mountRemoval(core, mount.info.path), await mountWrite(core, moved, "absent")];
  });
};

export const remountJob =
  (core: () => Core): JobHandler =>
  async (job, deadlineMs) => {
    const id = as<MountId>(String(job.input["mount"]));
    try {
      const { done, handled } = await core().leases.revokeMount(id, deadlineMs);
      if (done) await core().crash("mount.move", () => move(core(), id, String(job.input["to"])));
      return { done, handled };
    } catch (cause) {
      if (cause instanceof VaultError && cause.code === "invalid_request") await giveBack(core(), id);
      throw cause;
    }
  };

/** How Vault calls a job's state. */
export const migrationStatus = (job: Job): string => (job.state === "running" ? "in-progress" : job.state);
