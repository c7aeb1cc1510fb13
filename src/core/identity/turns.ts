import type { Clock } from "../../std/time.ts";
import { groupsTurnAddress } from "../../storage/keys.ts";
import type { Store, Write } from "../../storage/store.ts";
import type { Config, Snapshot } from "../config/types.ts";
import { toSealed } from "../sealed.ts";
import { untilSettled } from "./entities.ts";
import type { Group } from "./model.ts";

/**
 * Changes of groups' definitions, one after another. All definitions are in every snapshot, so the holder of the turn
 * sees whether a name is taken or a circle would close. Without turns, two changes at once could each look right on
 * their own.
 */

export interface Turn {
  /** Contains every change made before this turn. */
  readonly snapshot: Snapshot;
  /** Writes definitions and what goes with them, at most 58 writes, if the turn is still ours. */
  commit(writes: readonly Write[]): Promise<void>;
}

export const createTurns = (options: { readonly store: Store; readonly clock: Clock; readonly config: Config }) => {
  const { store, clock, config } = options;

  /** The snapshot of the epoch as it is now; a load that began earlier does not count. */
  const current = async (): Promise<Snapshot> => {
    const [epoch] = await store.get([config.epochAddress]);
    let snapshot = await config.fresh(epoch);
    for (let again = await config.fresh(epoch); again !== snapshot; again = await config.fresh(epoch)) snapshot = again;
    return snapshot;
  };

  /** Runs again until no other change came in between. */
  const take = <T>(change: (turn: Turn) => Promise<T>): Promise<T> =>
    untilSettled(async () => {
      // The turn is read before the definitions: what was written under an earlier one is then in the snapshot.
      const [entry] = await store.get([groupsTurnAddress]);
      const mine: Write = {
        op: "put",
        address: groupsTurnAddress,
        body: { at: clock.now() },
        when: entry ? { n: entry.n } : "absent",
      };
      const snapshot = await current();
      return change({
        snapshot,
        commit: async (writes) => {
          await config.change([mine, ...writes]);
        },
      });
    });

  /** The write of a definition; `undefined` removes it. */
  const definition = async (id: string, group: Group | undefined): Promise<Write> => {
    const address = await config.address("group", id);
    return group === undefined
      ? { op: "delete", address, when: "any" }
      : { op: "put", address, body: { kind: "group", name: id, value: toSealed(group) }, when: "any" };
  };

  return { take, definition };
};

export type Turns = ReturnType<typeof createTurns>;
