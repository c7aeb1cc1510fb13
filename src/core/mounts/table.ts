import type { Write } from "../../storage/store.ts";
import { changeInTurn } from "../config/turn.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { toSealed } from "../sealed.ts";
import type { Mount } from "./mount.ts";

/**
 * Changes of the mount table, one after the other. Two mounts, one inside the other's path, have no common item, so
 * every change also writes the table's turn, under the condition that nobody has taken it since the table was read.
 */

export const mountWrite = async (core: Core, mount: Mount, when: "absent" | "present"): Promise<Write> => {
  return core.config.row("mount", mount.info.path, toSealed(mount), when);
};

export const mountRemoval = (core: Core, path: string): Promise<Write> =>
  core.config.row("mount", path, undefined, "any");

/**
 * `decide` sees the table as it is and answers what to write; it may be asked again, and throws to refuse. No writes:
 * no change. Answers the configuration after it.
 */
export const changeMounts = (
  core: Core,
  decide: (snapshot: Snapshot) => Promise<readonly Write[]>,
): Promise<Snapshot> => changeInTurn(core, "mounts", decide, "mount table is busy");

/** The mount in the way of a new one: at the same path, around it or inside it. */
export const mountInTheWay = (snapshot: Snapshot, path: string): Mount | undefined => {
  for (const mount of snapshot.mounts.values()) {
    if (path.startsWith(mount.info.path) || mount.info.path.startsWith(path)) return mount;
  }
  return undefined;
};
