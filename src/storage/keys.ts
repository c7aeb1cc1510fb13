import { SPACES } from "../contract/table.ts";
import type { MountId } from "../std/brand.ts";
import type { Sensitive } from "../std/sensitive.ts";
import type { Address, Names } from "./store.ts";
import type { Key } from "./table.ts";

/**
 * Where everything lies: every key of the table is built here. `docs/storage-schema.md` says the same in a table, and a
 * test compares the two. A tag is the opaque form of a name (`Names.tag`), an opaque path that of a path (`Names.path`);
 * no name enters a key in the clear.
 */

/** Domains of core's own entries. A mount's entries are sealed under its mount id. */
export const DOMAINS = {
  token: "token",
  lease: "lease",
  config: "config",
  policy: "policy",
  identity: "identity",
} as const;

const at = (domain: string, pk: string, sk: string): Address => ({ pk, sk, domain });

// Wrapped keys: not sealed entries, so plain keys.
export const INDEX_KEY_SORT_KEY = "index";
export const keyVersionPartition = (domain: string): string => `${SPACES.key}#${domain}`;
export const keyVersionKey = (domain: string, version: number): Key => ({
  pk: keyVersionPartition(domain),
  sk: String(version).padStart(10, "0"),
});

// Configuration and policies.
export const epochAddress = (copy: number): Address => at(DOMAINS.config, `${SPACES.epoch}#${copy}`, "e");
export const configAddress = (names: Names, kind: string, name: string): Address => ({
  ...at(DOMAINS.config, SPACES.config, `${kind}#${names.path(name)}`),
  name,
});
export const policyAddress = (names: Names, kind: string, name: string): Address => ({
  ...at(DOMAINS.policy, SPACES.policy, `${kind}#${names.path(name)}`),
  name,
});

// Tokens, by tag.
export const tokenAddress = (tag: string): Address => at(DOMAINS.token, `${SPACES.token}#${tag}`, "t");
export const childAddress = (parent: string, child: string): Address =>
  at(DOMAINS.token, `${SPACES.token}#${parent}`, `child#${child}`);
export const heldLeaseAddress = (tag: string, lease: string): Address =>
  at(DOMAINS.token, `${SPACES.token}#${tag}`, `lease#${lease}`);
export const accessorAddress = (tag: string): Address => at(DOMAINS.token, `${SPACES.accessor}#${tag}`, "a");
/** Sealed with the token itself: nobody but its holder opens a cubbyhole. */
export const cubbyholeAddress = (names: Names, token: Sensitive<string>, path: string): Address => ({
  ...at(DOMAINS.token, `${SPACES.cubbyhole}#${names.tag(token.reveal())}`, names.path(path)),
  name: path,
  holder: token,
});
export const spentAddress = (tag: string): Address => at(DOMAINS.token, `${SPACES.spent}#${tag}`, "s");

// Leases, by tag.
export const leaseAddress = (tag: string): Address => at(DOMAINS.lease, `${SPACES.lease}#${tag}`, "l");
/** One row per lease, and per token with a lease: what LIST, prefix revocation and accessor lists walk. */
export const leaseListingAddress = (mount: string, opaqueId: string): Address =>
  at(DOMAINS.lease, `${SPACES.leases}#${mount}`, opaqueId);

// Identity: entities, groups, aliases and their look-ups, by kind and tag or id.
export const identityAddress = (kind: string, id: string): Address =>
  at(DOMAINS.identity, `${SPACES.entity}#${id}`, kind);

// Mounts.
export const dataPartition = (mount: MountId): string => `${SPACES.data}#${mount}`;
export const dataAddress = (mount: MountId, names: Names, key: string): Address => ({
  ...at(mount, dataPartition(mount), names.path(key)),
  name: key,
});
export const recordPartition = (mount: MountId, names: Names, space: string, path: string): string =>
  `${space}#${mount}#${names.path(path)}`;
/** One item of a record with a partition of its own; KV secrets lie in the space `kv`. */
export const recordAddress = (mount: MountId, names: Names, space: string, path: string, item: string): Address => ({
  ...at(mount, recordPartition(mount, names, space, path), item),
  name: path,
});
export const listingPartition = (mount: MountId): string => `${SPACES.listing}#${mount}`;
export const listingAddress = (mount: MountId, names: Names, path: string): Address => ({
  ...at(mount, listingPartition(mount), names.path(path)),
  name: path,
});
