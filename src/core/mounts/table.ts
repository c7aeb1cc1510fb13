import { type RandomSource, uuid } from "../../std/random.ts";
import { untilWritten } from "../../storage/change.ts";
import type { Write } from "../../storage/store.ts";
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

const turnWrite = (
  random: RandomSource,
  entry: { readonly n: number } | undefined,
  address: Write["address"],
): Write => ({
  op: "put",
  address,
  body: { kind: "turn", name: "mounts", value: { id: uuid(random) } },
  when: entry ? { n: entry.n } : "absent",
});

/**
 * `decide` sees the table as it is and answers what to write; it may be asked again, and throws to refuse. No writes:
 * no change. Answers the configuration after it.
 */
export const changeMounts = async (
  core: Core,
  decide: (snapshot: Snapshot) => Promise<readonly Write[]>,
): Promise<Snapshot> => {
  const { config, store, random } = core;
  const address = await config.address("turn", "mounts");
  let first = true;
  return untilWritten(
    async () => {
      if (!first) config.drop();
      first = false;
      // The turn is read before the table: a change between the two fails the condition below.
      const [turn, epoch] = await store.get([address, config.epochAddress]);
      const snapshot = await config.fresh(epoch);
      const writes = await decide(snapshot);
      return writes.length === 0 ? snapshot : config.change([turnWrite(random, turn, address), ...writes]);
    },
    { wire: "mount table is busy" },
  );
};

/** The mount in the way of a new one: at the same path, around it or inside it. */
export const mountInTheWay = (snapshot: Snapshot, path: string): Mount | undefined => {
  for (const mount of snapshot.mounts.values()) {
    if (path.startsWith(mount.info.path) || mount.info.path.startsWith(path)) return mount;
  }
  return undefined;
};

export const mountById = (snapshot: Snapshot, id: string): Mount | undefined =>
  [...snapshot.mounts.values()].find((mount) => mount.info.id === id);
