import { VaultError } from "../../framework/index.ts";
import type { RandomSource } from "../../std/random.ts";
import { shown } from "../../std/shown.ts";
import { untilWritten } from "../../storage/change.ts";
import { leaseCountAddress, mountOfLeaseListing } from "../../storage/keys.ts";
import type { Address, Check, Entry, Store, Write } from "../../storage/store.ts";
import type { Config, Snapshot } from "../config/types.ts";
import type { LeaseRow } from "../leases/types.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { type LeaseRule, leaseRulesOf, ruleFor } from "./lease-rules.ts";
import type { Counted, LeaseCounts, NewLease } from "./types.ts";

/**
 * Lease-count quotas at work. A lease is counted by the one rule that fits it best, in the transaction that writes its
 * listing row, and counted out in the transaction that removes that row; the row says where it was counted. So the
 * counter is exact under races and crashes, and a mount without a rule pays nothing.
 *
 * A rule's counter is spread over 16 items, and each may hold its share of `max_leases`, so that leases of one rule begin
 * and end side by side. Together the shares are the limit.
 */

const SHARDS = Array.from({ length: 16 }, (_, shard) => shard);

interface Counter {
  readonly shard: number;
  readonly address: Address;
  readonly entry: Entry | undefined;
  readonly count: number;
  /** What this part of the counter may hold. */
  readonly share: number;
}

/** What a part of a counter holds. */
export const countIn = (entry: Entry | undefined): number =>
  entry === undefined ? 0 : Number(fromSealed<{ count: number }>(entry.body).count);

const shareOf = (max: number, shard: number): number =>
  Math.floor(max / SHARDS.length) + (shard < max % SHARDS.length ? 1 : 0);

const sum = (counters: readonly Counter[]): number => counters.reduce((total, { count }) => total + count, 0);

const put = ({ address, entry }: Pick<Counter, "address" | "entry">, count: number): Write => ({
  op: "put",
  address,
  body: { count },
  when: entry ? { n: entry.n } : "absent",
});

const unchanged = ({ address, entry }: Counter): Check => ({
  op: "check",
  address,
  when: entry ? { n: entry.n } : "absent",
});

const mayCount = (snapshot: Snapshot, mount: string): boolean =>
  leaseRulesOf(snapshot).some(({ mountId }) => mountId === "" || mountId === mount);

const exceeded = (path: string): VaultError =>
  new VaultError("rate_limited", { wire: `request path ${shown(path)}: lease count quota exceeded`, multi: true });

export interface LeaseCountsOptions {
  readonly store: Store;
  readonly config: Config;
  readonly random: RandomSource;
}

/** The addresses of a rule's counter. */
export const countersOf = (rule: string): readonly Address[] => SHARDS.map((shard) => leaseCountAddress(rule, shard));

export const createLeaseCounts = ({ store, config, random }: LeaseCountsOptions): LeaseCounts => {
  const ruleOf = (snapshot: Snapshot, { path, mountId, role }: NewLease): LeaseRule | undefined =>
    ruleFor(leaseRulesOf(snapshot), path, mountId, role);

  const counters = async ({ id, maxLeases }: LeaseRule): Promise<readonly Counter[]> => {
    const addresses = countersOf(id);
    const entries = await store.get(addresses);
    return addresses.map((address, shard) => ({
      shard,
      address,
      entry: entries[shard],
      count: countIn(entries[shard]),
      share: shareOf(maxLeases, shard),
    }));
  };

  const anyOf = (some: readonly Counter[]): Counter | undefined => some[(random.bytes(1)[0] ?? 0) % some.length];

  const enter: LeaseCounts["enter"] = async (lease, snapshot) => {
    const rule = ruleOf(snapshot, lease);
    if (!rule) return { counted: undefined, writes: [] };
    const all = await counters(rule);
    const free = anyOf(all.filter(({ count, share }) => count < share));
    if (!free || sum(all) >= rule.maxLeases) throw exceeded(lease.path);
    // Where a part holds more than its share (the limit was lowered), the shares no longer add up: all parts must be as
    // they were read.
    const over = all.some(({ count, share }) => count > share);
    const checks = over ? all.filter((one) => one !== free).map(unchanged) : [];
    return { counted: { rule: rule.id, shard: free.shard }, writes: [put(free, free.count + 1), ...checks] };
  };

  const enterNow: LeaseCounts["enterNow"] = async (lease) => {
    if (!mayCount(await config.snapshot(), lease.mountId)) return { counted: undefined, writes: [] };
    const [epoch] = await store.get([config.epochAddress]);
    const entered = await enter(lease, await config.fresh(epoch));
    if (!entered.counted || !epoch) return entered;
    // The rules must be those that were asked.
    const check: Check = { op: "check", address: epoch.address, when: { n: epoch.n } };
    return { ...entered, writes: [...entered.writes, check] };
  };

  const room: LeaseCounts["room"] = async (lease) => {
    const rule = ruleOf(await config.snapshot(), lease);
    if (rule && sum(await counters(rule)) >= rule.maxLeases) throw exceeded(lease.path);
  };

  const countedOut = async (counted: Counted | undefined): Promise<readonly Write[]> => {
    if (!counted) return [];
    const address = leaseCountAddress(counted.rule, counted.shard);
    const [entry] = await store.get([address]);
    const count = countIn(entry);
    // No counter: its rule is gone.
    return entry && count > 0 ? [put({ address, entry }, count - 1)] : [];
  };

  const counts: LeaseCounts["counts"] = async (row) => mayCount(await config.snapshot(), mountOfLeaseListing(row.pk));

  const leaving: LeaseCounts["leaving"] = async (row) => {
    const [entry] = (await counts(row)) ? await store.get([row]) : [];
    if (!entry) return [{ op: "delete", address: row, when: "any" }];
    const { counted } = fromSealed<LeaseRow>(entry.body);
    return [{ op: "delete", address: row, when: { n: entry.n } }, ...(await countedOut(counted))];
  };

  /** A lease that lives already is counted even beyond the limit. */
  const countedIn = async (rule: LeaseRule | undefined) => {
    if (!rule) return { counted: undefined, writes: [] };
    const all = await counters(rule);
    const free = all.filter(({ count, share }) => count < share);
    const one = anyOf(free.length > 0 ? free : all);
    return one
      ? { counted: { rule: rule.id, shard: one.shard }, writes: [put(one, one.count + 1)] }
      : { counted: undefined, writes: [] };
  };

  const recount: LeaseCounts["recount"] = (address) =>
    untilWritten(async () => {
      const [entry] = await store.get([address]);
      if (!entry) return false;
      const { counted: before, ...row } = fromSealed<LeaseRow>(entry.body);
      const mountId = mountOfLeaseListing(address.pk);
      const path = row.id.slice(0, row.id.lastIndexOf("/"));
      const counts = row.id !== "" && !row.uncounted;
      const rule = counts ? ruleOf(await config.snapshot(), { path, mountId, role: row.role }) : undefined;
      if (rule?.id === before?.rule) return false;
      const { counted, writes } = await countedIn(rule);
      const body = toSealed(counted ? { ...row, counted } : row);
      const moved: Write = { op: "put", address: entry.address, body, when: { n: entry.n } };
      await store.write([moved, ...writes, ...(await countedOut(before))]);
      return true;
    });

  return {
    enter,
    enterNow,
    room,
    counts,
    leaving,
    recount,
    used: async (rule) => (await store.get(countersOf(rule))).reduce((total, entry) => total + countIn(entry), 0),
  };
};
