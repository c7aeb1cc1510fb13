import { ending } from "../../../src/core/leases/expiry.ts";
import { createLeaseItems } from "../../../src/core/leases/items.ts";
import { createLeaseIndex } from "../../../src/core/leases/listing.ts";
import type { Lease, LeaseRow } from "../../../src/core/leases/types.ts";
import type { Mount } from "../../../src/core/mounts/mount.ts";
import { toSealed } from "../../../src/core/sealed.ts";
import { newAccessor, newServiceId } from "../../../src/core/tokens/ids.ts";
import { tokenLeaseId, tokenListing } from "../../../src/core/tokens/lease-id.ts";
import type { Token } from "../../../src/core/tokens/types.ts";
import { append } from "../../../src/engines/kv/history.ts";
import { keyAddress } from "../../../src/engines/kv/keys.ts";
import { newKey, packKey } from "../../../src/engines/kv/record.ts";
import { as, type LeaseId } from "../../../src/std/brand.ts";
import { epochSeconds, seconds } from "../../../src/std/time.ts";
import { accessorAddress, childAddress, heldLeaseAddress, tokenAddress } from "../../../src/storage/keys.ts";
import type { View, Write } from "../../../src/storage/store.ts";
import type { World } from "./world.ts";

/** Entries as the product leaves them, without the requests that make them. */

const put = (address: Write["address"], body: object | null): Write => ({
  op: "put",
  address,
  body: body && toSealed(body),
  when: "any",
});

const SETTINGS = { maxVersions: 0, casRequired: false, deleteAfter: seconds(0), metadataCasRequired: false };
const DATA = { password: "p".repeat(950) };

/** Mounts KV at `secret/`. */
export const kvView = async (world: World): Promise<View> => {
  const mount = await world.mount("secret", "kv", "secret/", { version: "2" });
  return world.core.store.view(mount.info.id);
};

/** The listing row of a secret. */
export const listed = (view: View, path: string): Write => put(view.listing(path), null);

/** A secret of one version and about a kilobyte, with its listing row. */
export const secret = (view: View, path: string, nowMs: number): readonly Write[] => [
  put(keyAddress(view, path), packKey(append(newKey(nowMs), SETTINGS, DATA, nowMs))),
  listed(view, path),
];

const DAY = 86_400;

export interface TokenWanted {
  readonly mount: Mount;
  readonly policies: readonly string[];
  readonly parent?: Token | undefined;
  readonly entityId?: string;
}

/** A token that ends in a day. */
export const token = async (
  { core, random }: World,
  { mount, policies, parent, entityId = "" }: TokenWanted,
): Promise<{ readonly id: string; readonly token: Token; readonly writes: readonly Write[] }> => {
  const names = await core.store.names("token");
  const id = newServiceId(random, false);
  const nowMs = core.clock.now();
  const expires = epochSeconds(nowMs + DAY * 1000);
  const made: Token = {
    tag: names.tag(id),
    accessor: as(newAccessor(random)),
    ancestors: parent ? [parent.tag, ...parent.ancestors] : [],
    policies,
    path: "auth/token/create",
    meta: null,
    displayName: "token",
    numUses: 0,
    issuedMs: nowMs,
    creationTtl: seconds(DAY),
    ttl: seconds(DAY),
    expires,
    explicitMaxTtl: seconds(0),
    period: seconds(0),
    role: "",
    entityId,
    boundCidrs: [],
    type: "service",
    renewable: true,
    lastRenewalMs: 0,
    leased: true,
    mountId: mount.info.id,
    internal: null,
    limits: { ttl: seconds(0), maxTtl: seconds(0) },
    wrap: null,
    revoked: false,
    tombstone: false,
  };
  const row: LeaseRow = { id: tokenLeaseId(made), token: made.tag, accessor: made.accessor };
  const item: Write = {
    op: "put",
    address: tokenAddress(made.tag),
    body: toSealed(made),
    clear: ending(expires, made.tag),
    when: "any",
  };
  const writes = [
    item,
    put(accessorAddress(names.tag(made.accessor)), { tag: made.tag }),
    put(await tokenListing(core.store, made), row),
    ...(parent ? [put(childAddress(parent.tag, made.tag), { tag: made.tag })] : []),
  ];
  return { id, token: made, writes };
};

const HOUR = 3600;

/** A live lease of the engine `bench`, held by a token, that ends in `lasts` seconds. */
export const lease = async (
  { core }: World,
  mount: Mount,
  holder: string,
  number: number,
  lasts = HOUR,
): Promise<{ readonly id: string; readonly writes: readonly Write[] }> => {
  const nowMs = core.clock.now();
  const expires = epochSeconds(nowMs + lasts * 1000);
  const path = `${mount.info.path}creds/app`;
  const made: Lease = {
    id: as<LeaseId>(`${path}/${String(number).padStart(24, "0")}`),
    path,
    mountId: mount.info.id,
    mountPath: mount.info.path,
    type: "credential",
    internal: { role: "app" },
    token: holder,
    tokenType: "service",
    issuedMs: nowMs,
    expires,
    maxExpires: epochSeconds(nowMs + 2 * HOUR * 1000),
    ttl: seconds(HOUR),
    maxTtl: seconds(2 * HOUR),
    renewable: true,
    lastRenewalMs: 0,
    state: "live",
    attempts: 0,
    error: "",
    pendingUntil: as(0),
    claimedUntil: as(0),
  };
  const items = createLeaseItems(() => core);
  const tag = await items.tag(made.id);
  return {
    id: made.id,
    writes: [
      await items.put(made, expires, "any"),
      put(await createLeaseIndex(() => core).address(made), { id: made.id, lease: tag }),
      put(heldLeaseAddress(holder, tag), { id: made.id }),
    ],
  };
};
