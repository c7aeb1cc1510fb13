import type { LeaseId } from "../../std/brand.ts";
import {
  DOMAINS,
  HELD_LEASES,
  IRREVOCABLE_PARTITION,
  leaseAddress,
  leaseListingAddress,
  leaseListingPartition,
  tokenPartition,
} from "../../storage/keys.ts";
import type { Address } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import type { Mount } from "../mounts/mount.ts";
import { fromSealed } from "../sealed.ts";
import type { Lease } from "./types.ts";

/** The rows that find leases again: by prefix, by token, and those that could not be revoked. */

/** One row per lease or leased token; a token's row names its accessor. `id` is empty for a token without a lease. */
export interface LeaseRow {
  readonly id: string;
  readonly lease?: string;
  readonly token?: string;
  readonly accessor?: string;
}

/** A row and its position, so that a walk can continue after it. */
export interface FoundRow extends LeaseRow {
  readonly address: Address;
}

export interface LeaseIndex {
  address(lease: Pick<Lease, "mountId" | "id">): Promise<Address>;
  mountOf(lease: Pick<Lease, "mountId">): Promise<Mount | undefined>;
  /** Every row whose id starts with a prefix; `after`: only those behind this row. */
  below(prefix: string, after?: Pick<Address, "pk" | "sk">): AsyncGenerator<FoundRow>;
  /** Every row there is, tokens without a lease included; `after`: only those behind this row. */
  all(after?: Pick<Address, "pk" | "sk">): AsyncGenerator<FoundRow>;
  /** Every row of a mount, tokens without a lease included. */
  ofMount(mountId: string): AsyncGenerator<FoundRow>;
  list(prefix: string): Promise<readonly string[]>;
  irrevocable(limit?: number): Promise<readonly Lease[]>;
  ofToken(tag: string): Promise<readonly LeaseId[]>;
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const createLeaseIndex = (core: () => Core): LeaseIndex => {
  const names = () => core().store.names(DOMAINS.lease);
  const mounts = async (): Promise<readonly Mount[]> => [...(await core().config.snapshot()).mounts.values()];

  async function* found(pk: string, prefix: string, after?: string): AsyncGenerator<FoundRow> {
    for await (const entry of core().store.all({ pk, domain: DOMAINS.lease }, { prefix, after })) {
      yield { ...fromSealed<LeaseRow>(entry.body), address: entry.address };
    }
  }

  async function* below(prefix: string, after?: Pick<Address, "pk" | "sk">): AsyncGenerator<FoundRow> {
    const all = await mounts();
    const start = after === undefined ? 0 : all.findIndex(({ info }) => leaseListingPartition(info.id) === after.pk);
    // Ids start with their mount's path, so only mounts on the way to the prefix, or below it, can hold any.
    for (const { info } of all.slice(Math.max(start, 0))) {
      const { path } = info;
      if (!path.startsWith(prefix) && !prefix.startsWith(path)) continue;
      const opaque = prefix.startsWith(path) ? (await names()).path(prefix) : "";
      const pk = leaseListingPartition(info.id);
      for await (const row of found(pk, opaque, after?.pk === pk ? after.sk : undefined)) {
        if (row.id !== "" && row.id.startsWith(prefix)) yield row;
      }
    }
  }

  async function* all(after?: Pick<Address, "pk" | "sk">): AsyncGenerator<FoundRow> {
    // In an order that changes of the mounts do not disturb, so that a walk continues where it was.
    const partitions = (await mounts()).map(({ info }) => leaseListingPartition(info.id)).sort();
    for (const pk of partitions.filter((one) => after === undefined || one >= after.pk)) {
      yield* found(pk, "", after?.pk === pk ? after.sk : undefined);
    }
  }

  const holdsAny = async (mount: Mount): Promise<boolean> => {
    for await (const row of found(leaseListingPartition(mount.info.id), "")) if (row.id !== "") return true;
    return false;
  };

  const list = async (prefix: string): Promise<readonly string[]> => {
    const children = new Set<string>();
    for (const mount of await mounts()) {
      const { path, id } = mount.info;
      if (prefix.startsWith(path)) {
        const partition = { pk: leaseListingPartition(id), domain: DOMAINS.lease };
        for (const child of await core().store.children(partition, await names(), prefix)) children.add(child);
      } else if (path.startsWith(prefix) && (await holdsAny(mount))) {
        children.add(path.slice(prefix.length, path.indexOf("/", prefix.length) + 1));
      }
    }
    return [...children].sort(byBytes);
  };

  const irrevocable = async (limit = Number.POSITIVE_INFINITY): Promise<readonly Lease[]> => {
    const leases: Lease[] = [];
    let batch: Address[] = [];
    const load = async (): Promise<void> => {
      for (const item of await core().store.get(batch)) if (item) leases.push(fromSealed<Lease>(item.body));
      batch = [];
    };
    for await (const entry of core().store.all({ pk: IRREVOCABLE_PARTITION, domain: DOMAINS.lease })) {
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
    mountOf: async (lease) => (await mounts()).find((mount) => mount.info.id === lease.mountId),
    all,
    below,
    ofMount: (mountId) => found(leaseListingPartition(mountId), ""),
    list,
    irrevocable,
    ofToken,
  };
};
