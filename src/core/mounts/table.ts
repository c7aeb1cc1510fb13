import { VaultError } from "../../framework/index.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import { ConditionFailed, type Write } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { toSealed } from "../sealed.ts";
import type { Mount } from "./mount.ts";

/**
 * Changes of the mount table, one after the other. Two mounts whose paths lie inside each other do not meet in one item,
 * so every change also writes the table's turn, under the condition that nobody took it since the table was read.
 */

const ATTEMPTS = 30;

export const mountWrite = async (core: Core, mount: Mount, when: "absent" | "present"): Promise<Write> => {
  const { path } = mount.info;
  return {
    op: "put",
    address: await core.config.address("mount", path),
    body: { kind: "mount", name: path, value: toSealed(mount) },
    when,
  };
};

export const mountRemoval = async (core: Core, path: string): Promise<Write> => ({
  op: "delete",
  address: await core.config.address("mount", path),
  when: "any",
});

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
 * `decide` sees the table as it is and answers what to write; it may be asked again, and throws to refuse. No writes: no
 * change. Answers the configuration after it.
 */
export const changeMounts = async (
  core: Core,
  decide: (snapshot: Snapshot) => Promise<readonly Write[]>,
): Promise<Snapshot> => {
  const { config, store, random } = core;
  const address = await config.address("turn", "mounts");
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // The turn is read before the table: a change between the two fails the condition below.
    const [turn, epoch] = await store.get([address, config.epochAddress]);
    const snapshot = await config.fresh(epoch);
    const writes = await decide(snapshot);
    if (writes.length === 0) return snapshot;
    try {
      return await config.change([turnWrite(random, turn, address), ...writes]);
    } catch (cause) {
      if (!(cause instanceof ConditionFailed)) throw cause;
      config.drop();
    }
  }
  throw new VaultError("storage_unavailable", { wire: "mount table is busy", retryAfter: 1 });
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
