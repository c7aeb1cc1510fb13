import type { CoreWork, ScheduledWork } from "../../contract/schedule.ts";
import type { Seconds } from "../../std/brand.ts";
import { seconds } from "../../std/time.ts";
import type { SealedStore } from "../../storage/index.ts";
import { rotateWhenDue } from "../config/rotation.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { backendOf, makeContext } from "../request/context.ts";
import type { ScheduledRow } from "./types.ts";

/** The pieces of work there are: core's own, and the periodic work of each mount. */

export interface Work extends ScheduledRow {
  /** Name of the step for crash points: the mount's type or core's own name. */
  readonly kind: string;
  /** `tick`: at every tick and in every process, because the work claims what it takes itself. */
  readonly every: Seconds | "tick";
  readonly run: (deadlineMs: number) => Promise<void>;
}

/** The work that this process may run now. */
export type FindWork = (core: Core, may: ScheduledWork, snapshot: Snapshot) => Promise<readonly Work[]>;

const DAY = seconds(86_400);
const HOUR = seconds(3600);

interface CoreRow {
  readonly every: Work["every"];
  /** Continues while the server is sealed: what was handed out must still end. */
  readonly whenSealed: boolean;
  readonly run: (core: Core, deadlineMs: number, store: Pick<SealedStore, "rotate">) => Promise<unknown>;
}

const CORE_ROWS: Readonly<Record<CoreWork, CoreRow>> = {
  sweep: { every: "tick", whenSealed: true, run: (core, deadlineMs) => core.leases.sweep(deadlineMs) },
  tidy: { every: DAY, whenSealed: false, run: async (core) => (await import("../leases/tidy.ts")).beginTidy(core) },
  "rotate-keys": { every: HOUR, whenSealed: false, run: (core, _deadlineMs, store) => rotateWhenDue(core, store) },
  challenges: { every: "tick", whenSealed: false, run: (core, deadlineMs) => core.challengeWork.pass(deadlineMs) },
};

const coreWork = (core: Core, name: CoreWork, store: Pick<SealedStore, "rotate">): Work => ({
  id: name,
  mount: "",
  kind: name,
  every: CORE_ROWS[name].every,
  run: async (deadlineMs) => {
    await CORE_ROWS[name].run(core, deadlineMs, store);
  },
});

/** The mounts hosted here whose backend has periodic work. One that is being removed or moved has none. */
const mountWork = async (core: Core, snapshot: Snapshot): Promise<readonly Work[]> => {
  const works: Work[] = [];
  for (const mount of snapshot.mounts.values()) {
    const periodic = mount.tainted ? undefined : (await backendOf(core, mount))?.periodic;
    if (!periodic) continue;
    works.push({
      id: `mount:${mount.info.id}`,
      mount: mount.info.path,
      kind: mount.info.type,
      every: periodic.every,
      run: async (deadlineMs) =>
        periodic.run(await makeContext(core, mount, { generatePassword: core.passwords.generate }), deadlineMs),
    });
  }
  return works;
};

export const findWork =
  (store: Pick<SealedStore, "rotate">): FindWork =>
  async (core, may, snapshot) => [
    ...may.core
      .filter((name) => !snapshot.sealed || CORE_ROWS[name].whenSealed)
      .map((name) => coreWork(core, name, store)),
    ...(may.jobs.length > 0
      ? [
          {
            id: "jobs",
            mount: "",
            kind: "jobs",
            every: "tick" as const,
            run: (deadlineMs: number) => core.jobs.resume(may.jobs, deadlineMs),
          },
        ]
      : []),
    ...(may.mounts && !snapshot.sealed ? await mountWork(core, snapshot) : []),
  ];
