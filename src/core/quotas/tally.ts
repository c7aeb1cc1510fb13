import { isJsonObject, type JsonObject, type JsonValue } from "../../std/json.ts";
import { tryWrite } from "../../storage/change.ts";
import { leaseCountAddress } from "../../storage/keys.ts";
import type { Entry } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { countersOf, countIn } from "./lease-counts.ts";
import { leaseRulesOf } from "./lease-rules.ts";
import type { Counted } from "./types.ts";

/**
 * Counters held against the rows they count, while somebody walks all of them. A counter that is wrong (rows went with
 * a partition, a process with an old configuration removed one) is put right, unless it was written during the walk:
 * then the rows seen are not those it counts, and the next walk looks again.
 */

/** The parts of one walk's tally, each `<rule>/<shard>`. */
interface Part {
  /** Write number of the counter when the walk began; 0: there was none. */
  readonly n: number;
  readonly rows: number;
}

export interface Tally {
  /** A row of the walk. */
  add(counted: Counted | undefined): void;
  /** After the last row: answers how many counters were wrong. */
  mend(): Promise<number>;
  /** For the next turn of the job. */
  kept(): JsonObject;
}

const keyOf = ({ rule, shard }: Counted): string => `${rule}/${shard}`;
const numberOf = (entry: Entry | undefined): number => entry?.n ?? 0;

const partsIn = (kept: JsonValue | undefined): Map<string, Part> =>
  new Map(
    Object.entries(isJsonObject(kept) ? kept : {}).flatMap(([key, value]): [string, Part][] =>
      isJsonObject(value) ? [[key, { n: Number(value["n"]), rows: Number(value["rows"]) }]] : [],
    ),
  );

export const createTally = ({ store, config, log }: Core) => {
  const over = (parts: Map<string, Part>): Tally => {
    const mendOne = async (key: string, { n, rows }: Part): Promise<boolean> => {
      const [rule = "", shard] = key.split("/");
      const address = leaseCountAddress(rule, Number(shard));
      const [entry] = await store.get([address]);
      if (numberOf(entry) !== n || countIn(entry) === rows) return false;
      const when = entry ? { n: entry.n } : "absent";
      const mended = await tryWrite(store, [{ op: "put", address, body: { count: rows }, when }]);
      if (mended) log("a lease count was wrong", { counted: countIn(entry), leases: rows });
      return mended;
    };
    return {
      add: (counted) => {
        const part = counted && parts.get(keyOf(counted));
        if (part) parts.set(keyOf(counted), { ...part, rows: part.rows + 1 });
      },
      mend: async () => {
        let wrong = 0;
        for (const [key, part] of parts) if (await mendOne(key, part)) wrong++;
        return wrong;
      },
      kept: () => Object.fromEntries([...parts].map(([key, part]) => [key, { ...part }])),
    };
  };

  return {
    begin: async (): Promise<Tally> => {
      const parts = new Map<string, Part>();
      for (const { id } of leaseRulesOf(await config.now())) {
        const entries = await store.get(countersOf(id));
        for (const [shard, entry] of entries.entries()) {
          parts.set(keyOf({ rule: id, shard }), { n: numberOf(entry), rows: 0 });
        }
      }
      return over(parts);
    },
    resume: (kept: JsonValue | undefined): Tally => over(partsIn(kept)),
  };
};
