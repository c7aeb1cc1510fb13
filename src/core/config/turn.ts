import { type RandomSource, uuid } from "../../std/random.ts";
import { untilWritten } from "../../storage/change.ts";
import type { Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import type { Snapshot } from "./types.ts";

/**
 * Changes of configuration that are decided on several rows, one after the other: two that would each be right alone
 * have no common item, so each also writes a turn, under the condition that nobody has taken it since the rows were read.
 */

const turnWrite = (
  random: RandomSource,
  name: string,
  entry: { readonly n: number } | undefined,
  address: Write["address"],
): Write => ({
  op: "put",
  address,
  body: { kind: "turn", name, value: { id: uuid(random) } },
  when: entry ? { n: entry.n } : "absent",
});

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
  const { config, store, random } = core;
  const address = await config.address("turn", name);
  let first = true;
  return untilWritten(
    async () => {
      if (!first) config.drop();
      first = false;
      // The turn is read before the rows: a change between the two fails the condition below.
      const [turn, epoch] = await store.get([address, config.epochAddress]);
      const snapshot = await config.fresh(epoch);
      const writes = await decide(snapshot);
      return writes.length === 0 ? snapshot : config.change([turnWrite(random, name, turn, address), ...writes]);
    },
    { wire: busy },
  );
};
