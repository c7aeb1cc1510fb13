import type { JsonObject } from "../../std/json.ts";
import { CONFIG_PARTITION, POLICY_PARTITION, recentChangesAddress } from "../../storage/keys.ts";
import type { Entry, Write } from "../../storage/store.ts";
import { fromSealed, toSealed } from "../sealed.ts";

/**
 * Which rows the latest changes of configuration touched, in one item: so an environment that is a change behind reads
 * those rows, and not the whole configuration. Each change adds itself under the condition that nobody else did
 * meanwhile, in the transaction that raises the epoch; so the item has every change between any two epochs it names, in
 * their order. Pure.
 *
 * Security: it only ever saves reading. An epoch it does not name, because it is too old or because somebody raised it
 * without this item, has the configuration read whole.
 */

/** Changes, and rows of all of them together, that are remembered: an item of some kilobytes. */
const MOST_CHANGES = 50;
const MOST_ROWS = 400;

export interface RecentChange {
  /** The epoch after it. */
  readonly epoch: string;
  /** Sort keys of rows of the configuration, and of policies. */
  readonly rows: readonly string[];
  readonly policies: readonly string[];
}

const changesIn = (entry: Entry | undefined): readonly RecentChange[] =>
  entry ? fromSealed<{ changes: readonly RecentChange[] }>(entry.body).changes : [];

const sortKeysIn = (writes: readonly Write[], partition: string): readonly string[] =>
  writes.flatMap(({ op, address }) => (op !== "check" && address.pk === partition ? [address.sk] : []));

/** What is remembered once `changes` are made and `next` is; the oldest are forgotten. */
const withNext = (changes: readonly RecentChange[], next: RecentChange): readonly RecentChange[] => {
  const all = [...changes, next].slice(-MOST_CHANGES);
  let rows = 0;
  const from = all.findLastIndex((one) => {
    rows += one.rows.length + one.policies.length;
    return rows > MOST_ROWS;
  });
  return all.slice(from + 1);
};

/**
 * The write that adds a change. `entry` and `epoch` as they were just read: where the epoch is not that of the latest
 * change in the item, somebody raised it without, and what was before is forgotten.
 */
export const recentChangeWrite = (
  entry: Entry | undefined,
  epoch: string,
  next: { readonly epoch: string; readonly writes: readonly Write[] },
): Write => {
  const before = changesIn(entry);
  const whole = before.at(-1)?.epoch === epoch ? before : [];
  const change: RecentChange = {
    epoch: next.epoch,
    rows: sortKeysIn(next.writes, CONFIG_PARTITION),
    policies: sortKeysIn(next.writes, POLICY_PARTITION),
  };
  const body: JsonObject = toSealed({ changes: withNext(whole, change) });
  return { op: "put", address: recentChangesAddress, body, when: entry ? { n: entry.n } : "absent" };
};

/** The changes after one epoch, another's among them; `undefined` where the item does not tell. */
export const changesSince = (
  entry: Entry | undefined,
  from: string,
  to: string,
): readonly RecentChange[] | undefined => {
  const changes = changesIn(entry);
  const [start, end] = [from, to].map((epoch) => changes.findIndex((one) => one.epoch === epoch));
  return start === undefined || end === undefined || start < 0 || end < start ? undefined : changes.slice(start + 1);
};
