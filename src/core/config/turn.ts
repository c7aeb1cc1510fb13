import { uuid } from "../../std/random.ts";
import { untilWritten } from "../../storage/change.ts";
import type { Address, Condition, Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { toSealed } from "../sealed.ts";
import type { SettingKey, Snapshot } from "./types.ts";

/**
 * Changes of configuration that are decided by what is configured, one after the other. Two that would each be right
 * alone may have no common item, so each also writes a turn, under the condition that nobody has taken it since the rows
 * were read. A setting that is changed by what it was is its own turn.
 */

type Parts = Pick<Core, "config" | "store">;

/** What to write by a configuration; `when` is the condition that the turn has not been taken since it was read. */
type Decide = (snapshot: Snapshot, when: Condition) => Promise<readonly Write[]>;

const untilDecided = async (
  { config, store }: Parts,
  turn: Address,
  decide: Decide,
  busy: string,
): Promise<Snapshot> => {
  let first = true;
  return untilWritten(
    async () => {
      if (!first) config.drop();
      first = false;
      // The turn is read before the epoch, in a call of its own: one call for both is not one moment, and might bring
      // the turn of a change and the epoch from before it.
      const [entry] = await store.get([turn]);
      const snapshot = await config.now();
      const writes = await decide(snapshot, entry ? { n: entry.n } : "absent");
      return writes.length === 0 ? snapshot : config.change(writes);
    },
    { wire: busy },
  );
};

/**
 * `decide` sees the configuration as it is and answers what to write; it may be asked again, and throws to refuse. No
 * writes: no change. Answers the configuration after it.
 */
export const changeInTurn = async (
  core: Pick<Core, "config" | "store" | "random">,
  name: string,
  decide: (snapshot: Snapshot) => Promise<readonly Write[]>,
  busy: string,
): Promise<Snapshot> => {
  const { config, random } = core;
  return untilDecided(
    core,
    await config.address("turn", name),
    async (snapshot, when) => {
      const writes = await decide(snapshot);
      return writes.length === 0 ? [] : [await config.row("turn", name, { id: uuid(random) }, when), ...writes];
    },
    busy,
  );
};

/** Changes a setting by the configuration as it is. `make` may be asked again, and throws to refuse. */
export const changeSetting = async <T extends object>(
  core: Parts,
  key: SettingKey<T>,
  make: (snapshot: Snapshot) => T,
): Promise<Snapshot> => {
  const { config } = core;
  return untilDecided(
    core,
    await config.address("setting", key.name),
    async (snapshot, when) => [await config.row("setting", key.name, toSealed(make(snapshot)), when)],
    "the setting is busy",
  );
};
