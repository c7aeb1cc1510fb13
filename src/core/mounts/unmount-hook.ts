import { type Backend, invalidRequest } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Core } from "../core.ts";
import type { JobRow } from "../jobs/jobs.ts";
import type { Job } from "../jobs/types.ts";
import { backendOf, makeContext } from "../request/context.ts";
import { mountById } from "./find.ts";
import type { Mount } from "./mount.ts";

/**
 * A backend's own part in the removal of its mount. The function that removes mounts may not touch what a backend
 * keeps, so where another one hosts the backend, the hook is a job for that one, and the removal waits for it.
 */

const run = async (core: Core, mount: Mount, backend: Backend): Promise<void> => {
  const hook = backend.onUnmount;
  if (!hook) return;
  const cx = await makeContext(core, mount, { generatePassword: core.passwords.generate });
  await core.crash("mount.hook", () => hook(cx));
};

/** How far the job is that runs the hook in the other function. */
const waitFor = async (core: Core, id: string, input: JsonObject) => {
  const job = await core.jobs.find(id);
  // The job is forgotten after a day; the hook then runs once more, which does no harm.
  if (!job) return { done: false, input: { ...input, hook: "" } };
  if (job.state === "failure") throw invalidRequest(job.error);
  return { done: job.state === "success", input };
};

/** Runs the hook, here or in the function that hosts the backend. From now on `input` is the removal's own. */
export const takeDown = async (
  core: Core,
  mount: Mount,
  input: JsonObject,
): Promise<{ readonly done: boolean; readonly input: JsonObject }> => {
  const backend = await backendOf(core, mount);
  if (backend) await run(core, mount, backend);
  if (backend || !core.catalog.hasUnmountHook(mount.kind, mount.info.type)) return { done: true, input };
  const { hook } = input;
  if (typeof hook === "string" && hook !== "") return waitFor(core, hook, input);
  const begun = core.jobs.begin("unmount-hook", { mount: mount.info.id, path: mount.info.path });
  await core.store.write([begun.write]);
  return { done: false, input: { ...input, hook: begun.id } };
};

export const unmountHookJob = (core: () => Core): JobRow => {
  const mountOf = async (job: Job): Promise<Mount | undefined> =>
    mountById(await core().config.snapshot(), String(job.input["mount"]));
  return {
    here: async (job) => {
      const mount = await mountOf(job);
      return mount === undefined || (await backendOf(core(), mount)) !== undefined;
    },
    run: async (job) => {
      const mount = await mountOf(job);
      const backend = mount && (await backendOf(core(), mount));
      if (mount && backend) await run(core(), mount, backend);
      return { done: true, handled: 0 };
    },
  };
};
