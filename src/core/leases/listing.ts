import { as, type EpochSeconds, type LeaseId } from "../../std/brand.ts";
import { workThrough } from "../../std/pool.ts";
import { compareUtf8 } from "../../std/utf8.ts";
import {
  DOMAINS,
  HELD_LEASES,
  IRREVOCABLE_PARTITION,
  leaseAddress,
  leaseListingAddress,
  leaseListingPartitions,
  RETRYING_PARTITION,
  tokenPartition,
} from "../../storage/keys.ts";
import type { Address, Entry } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { mountById } from "../mounts/find.ts";
import type { Mount } from "../mounts/mount.ts";
import { fromSealed } from "../sealed.ts";
import type { Lease, LeaseRow, StuckLease } from "./types.ts";

/** The rows that find leases again: by prefix, by token, and those that could not be revoked. */

/** Mounts, and partitions of one, that are looked at side by side. */
const WIDTH = 8;
/** Rows read at once where one is enough. */
const FIRST_ROWS = 10;

type Place = Pick<Address, "pk" | "sk">;

/** A row and its position, so that a walk can continue after it. */
export interface FoundRow extends LeaseRow {
  readonly address: Address;
}

export interface LeaseIndex {
  address(lease: Pick<Lease, "mountId" | "id">): Promise<Address>;
  mountOf(lease: Pick<Lease, "mountId">): Promise<Mount | undefined>;
  /** Every row whose id starts with a prefix; `after`: only those behind this row. */
  below(prefix: string, after?: Place): AsyncGenerator<FoundRow>;
  /** Every row there is, tokens without a lease included; `after`: only those behind this row. */
  all(after?: Place): AsyncGenerator<FoundRow>;
  /** Every row of a mount, tokens without a lease included. */
  ofMount(mountId: string): AsyncGenerator<FoundRow>;
  list(prefix: string): Promise<readonly string[]>;
  irrevocable(limit?: number): Promise<readonly StuckLease[]>;
  retrying(limit?: number): Promise<readonly StuckLease[]>;
  ofToken(tag: string): Promise<readonly LeaseId[]>;
}

export const stuckOf = (entry: Entry): StuckLease => ({
  ...fromSealed<Lease>(entry.body),
  due: entry.clear.exp ?? as<EpochSeconds>(0),
});

/**
 * Mounts on the way to a prefix, or below it: ids start with their mount's path, so no other mount can hold any.
 * `from`: the partition to begin with.
 */
const mountsAlong = (all: readonly Mount[], prefix: string, from: string | undefined): readonly Mount["info"][] => {
  const infos = all.map(({ info }) => info);
  const start = from === undefined ? 0 : infos.findIndex(({ id }) => leaseListingPartitions(id).includes(from));
  return infos.slice(Math.max(start, 0)).filter(({ path }) => path.startsWith(prefix) || prefix.startsWith(path));
};

/** Where a walk continues in a partition: after the last row seen, if that row is in it. */
const behind = (after: Place | undefined, pk: string): string | undefined => (after?.pk === pk ? after.sk : undefined);

/** The partitions of a mount from the one a walk had reached; all of them where it had not reached any of these. */
const partitionsFrom = (mountId: string, from: string | undefined): readonly string[] => {
  const partitions = leaseListingPartitions(mountId);
  return partitions.slice(Math.max(from === undefined ? 0 : partitions.indexOf(from), 0));
};

export const createLeaseIndex = (core: () => Core): LeaseIndex => {
  const names = () => core().store.names(DOMAINS.lease);
  const mounts = async (): Promise<readonly Mount[]> => [...(await core().config.snapshot()).mounts.values()];

  async function* found(pk: string, prefix: string, after?: string): AsyncGenerator<FoundRow> {
    for await (const entry of core().store.all({ pk, domain: DOMAINS.lease }, { prefix, after })) {
      yield { ...fromSealed<LeaseRow>(entry.body), address: entry.address };
    }
  }

  async function* inMount(mountId: string, opaque: string, after?: Place): AsyncGenerator<FoundRow> {
    for (const pk of partitionsFrom(mountId, after?.pk)) yield* found(pk, opaque, behind(after, pk));
  }

  async function* below(prefix: string, after?: Place): AsyncGenerator<FoundRow> {
    for (const { path, id } of mountsAlong(await mounts(), prefix, after?.pk)) {
      const opaque = prefix.startsWith(path) ? (await names()).path(prefix) : "";
      for await (const row of inMount(id, opaque, after)) if (row.id !== "" && row.id.startsWith(prefix)) yield row;
    }
  }

  async function* all(after?: Place): AsyncGenerator<FoundRow> {
    // In an order that a change of the mounts does not disturb, so that a walk can continue where it was.
    const partitions = (await mounts()).flatMap(({ info }) => leaseListingPartitions(info.id)).sort();
    for (const pk of partitions.filter((one) => after === undefined || one >= after.pk)) {
      yield* found(pk, "", behind(after, pk));
    }
  }

  /** Looks into a few partitions at a time: mostly one row says it, and a mount without leases has none. */
  const holdsAny = async (mount: Mount): Promise<boolean> => {
    let found = false;
    const look = async (pk: string): Promise<void> => {
      for await (const entry of core().store.all({ pk, domain: DOMAINS.lease }, { page: FIRST_ROWS })) {
        found ||= fromSealed<LeaseRow>(entry.body).id !== "";
        if (found) return;
      }
    };
    await workThrough(leaseListingPartitions(mount.info.id), WIDTH, look, () => !found);
    return found;
  };

  const childrenOf = async (mountId: string, prefix: string): Promise<readonly string[]> => {
    const known = await names();
    const partitions = leaseListingPartitions(mountId).map((pk) => ({ pk, domain: DOMAINS.lease }));
    return (await Promise.all(partitions.map((one) => core().store.children(one, known, prefix)))).flat();
  };

  const list = async (prefix: string): Promise<readonly string[]> => {
    const children = new Set<string>();
    await workThrough(await mounts(), WIDTH, async (mount) => {
      const { path, id } = mount.info;
      if (prefix.startsWith(path)) {
        for (const child of await childrenOf(id, prefix)) children.add(child);
      } else if (path.startsWith(prefix)) {
        const child = path.slice(prefix.length, path.indexOf("/", prefix.length) + 1);
        // Another mount in the same folder may have shown it already.
        if (!children.has(child) && (await holdsAny(mount))) children.add(child);
      }
    });
    return [...children].sort(compareUtf8);
  };

  const stuckIn = async (pk: string, limit = Number.POSITIVE_INFINITY): Promise<readonly StuckLease[]> => {
    const leases: StuckLease[] = [];
    let batch: Address[] = [];
    const load = async (): Promise<void> => {
      for (const item of await core().store.get(batch)) if (item) leases.push(stuckOf(item));
      batch = [];
    };
    for await (const entry of core().store.all({ pk, domain: DOMAINS.lease })) {
      if (leases.length + batch.length >= limit) break;
      batch.push(leaseAddress(fromSealed<{ lease: string }>(entry.body).lease));
      if (batch.length === 100) await load();
    }
    if (batch.length > 0) await load();
    return leases;
  };

  const ofToken = async (tag: string): Promise<readonly LeaseId[]> => {
    const ids: LeaseId[] = [];
    const partition = { pk: tokenPartition(tag), domain: DOMAINS.token };
    for await (const entry of core().store.all(partition, { prefix: HELD_LEASES })) {
      ids.push(fromSealed<{ id: LeaseId }>(entry.body).id);
    }
    return ids;
  };

  return {
    address: async ({ mountId, id }) => ({ ...leaseListingAddress(mountId, (await names()).path(id)), name: id }),
    mountOf: async (lease) => mountById(await core().config.snapshot(), lease.mountId),
    all,
    below,
    ofMount: (mountId) => inMount(mountId, ""),
    list,
    irrevocable: (limit) => stuckIn(IRREVOCABLE_PARTITION, limit),
    retrying: (limit) => stuckIn(RETRYING_PARTITION, limit),
    ofToken,
  };
};
