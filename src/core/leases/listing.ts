import type { LeaseId } from "../../std/brand.ts";
import {
  IRREVOCABLE_PARTITION,
  irrevocableAddress,
  leaseAddress,
  leaseListingAddress,
  leaseListingPartition,
  tokenPartition,
} from "../../storage/keys.ts";
import type { Address, Entry } from "../../storage/store.ts";
import { fromSealed } from "../sealed.ts";
import type { Core, Lease } from "../services.ts";
import type { Mount } from "../stages.ts";

/** The rows that find leases again: by prefix, by token, and those that could not be revoked. */

/** One row per lease or leased token; a token's row names its accessor. */
export interface LeaseRow {
  readonly id: string;
  readonly lease?: string;
  readonly token?: string;
  readonly accessor?: string;
}

export interface LeaseIndex {
  address(lease: Pick<Lease, "mountId" | "id">): Promise<Address>;
  irrevocableAddress(tag: string): Address;
  mountOf(lease: Pick<Lease, "mountId">): Promise<Mount | undefined>;
  /** Every row whose id starts with a prefix, in no order. */
  below(prefix: string): AsyncGenerator<LeaseRow>;
  list(prefix: string): Promise<readonly string[]>;
  irrevocable(limit?: number): Promise<readonly Lease[]>;
  ofToken(tag: string): Promise<readonly LeaseId[]>;
}

export const createLeaseIndex = (core: () => Core): LeaseIndex => {
  const mounts = async (): Promise<readonly Mount[]> => [...(await core().config.snapshot()).mounts.values()];

  async function* rows(pk: string, prefix: string): AsyncGenerator<Entry> {
    let after: string | undefined;
    do {
      const page = await core().store.query(pk, "lease", { prefix, ...(after === undefined ? {} : { after }) });
      yield* page.items;
      after = page.next;
    } while (after !== undefined);
  }

  async function* below(prefix: string): AsyncGenerator<LeaseRow> {
    // Ids start with their mount's path, so only mounts on the way to the prefix, or below it, can hold any.
    for (const mount of await mounts()) {
      const { path } = mount.info;
      if (!path.startsWith(prefix) && !prefix.startsWith(path)) continue;
      const opaque = prefix.startsWith(path) ? (await core().store.names("lease")).path(prefix) : "";
      for await (const entry of rows(leaseListingPartition(mount.info.id), opaque)) {
        const row = fromSealed<LeaseRow>(entry.body);
        if (row.id.startsWith(prefix)) yield row;
      }
    }
  }

  const list = async (prefix: string): Promise<readonly string[]> => {
    const children = new Set<string>();
    for await (const { id } of below(prefix)) {
      const rest = id.slice(prefix.length);
      const cut = rest.indexOf("/");
      if (rest !== "") children.add(cut < 0 ? rest : rest.slice(0, cut + 1));
    }
    return [...children].sort();
  };

  const irrevocable = async (limit = Number.POSITIVE_INFINITY): Promise<readonly Lease[]> => {
    const found: Lease[] = [];
    for await (const entry of rows(IRREVOCABLE_PARTITION, "")) {
      if (found.length >= limit) break;
      const [item] = await core().store.get([leaseAddress(fromSealed<{ lease: string }>(entry.body).lease)]);
      if (item) found.push(fromSealed<Lease>(item.body));
    }
    return found;
  };

  const ofToken = async (tag: string): Promise<readonly LeaseId[]> => {
    const ids: LeaseId[] = [];
    let after: string | undefined;
    do {
      const options = { prefix: "lease#", ...(after === undefined ? {} : { after }) };
      const page = await core().store.query(tokenPartition(tag), "token", options);
      ids.push(...page.items.map((entry) => fromSealed<{ id: LeaseId }>(entry.body).id));
      after = page.next;
    } while (after !== undefined);
    return ids;
  };

  return {
    address: async (lease) => leaseListingAddress(lease.mountId, (await core().store.names("lease")).path(lease.id)),
    irrevocableAddress,
    mountOf: async (lease) => (await mounts()).find((mount) => mount.info.id === lease.mountId),
    below,
    list,
    irrevocable,
    ofToken,
  };
};
