import { CHALLENGE_SHARDS, LEASE_LISTING_SHARDS, OPEN_CHALLENGES, SPACES } from "../contract/table.ts";
import type { MountId } from "../std/brand.ts";
import type { Sensitive } from "../std/sensitive.ts";
import { shardOf } from "../std/shard.ts";
import type { Key } from "./operation.ts";
import type { Address, CoreDomain, Domain, Names } from "./store.ts";

/**
 * Where everything is stored: every key of the table is built here. `docs/storage-schema.md` says the same in a table,
 * and a test compares the two. A tag is the opaque form of a name (`Names.tag`), an opaque path that of a path
 * (`Names.path`); no name enters a key in the clear.
 */

/** Domains of core's own entries. A mount's entries are sealed under its mount id. */
export const DOMAINS = {
  token: "token",
  lease: "lease",
  config: "config",
  policy: "policy",
  identity: "identity",
  /** Of the audit log's checkpoints: no item, but their key. */
  audit: "audit",
  challenge: "challenge",
} as const satisfies { readonly [D in CoreDomain]: D };

/** Domains every table has keys of. */
export const CORE_DOMAINS: readonly CoreDomain[] = Object.values(DOMAINS);

const at = (domain: Domain, pk: string, sk: string): Address => ({ pk, sk, domain });

// Wrapped keys: not sealed entries, so plain keys.
export const keyVersionPartition = (domain: string): string => `${SPACES.key}#${domain}`;
export const indexKey = (domain: string): Key => ({ pk: keyVersionPartition(domain), sk: "index" });
export const keyVersionKey = (domain: string, version: number): Key => ({
  pk: keyVersionPartition(domain),
  sk: String(version).padStart(10, "0"),
});
/**
 * The newest keys of a domain once more: a core domain's next to them, those of mounts of one type (`kv:`) together.
 * `!` sorts before all digits, so whoever looks for the newest version from the end does not meet it.
 */
export const newestKeysKey = (family: string): Key => ({ pk: keyVersionPartition(family), sk: "!newest" });

// Configuration and policies.
export const epochAddress = (copy: number): Address => at(DOMAINS.config, `${SPACES.epoch}#${copy}`, "e");
/** Which rows the latest changes of configuration touched. */
export const recentChangesAddress: Address = at(DOMAINS.config, `${SPACES.epoch}#recent`, "e");
export const CONFIG_PARTITION = SPACES.config;
export type ConfigKind =
  | "mount"
  | "audit"
  | "audited-header"
  | "group"
  | "group-sweep"
  | "lease-quota"
  | "mfa-enforcement"
  | "mfa-method"
  | "quota"
  | "setting"
  | "turn"
  | "ui-header";
/** A row of the configuration by its sort key. */
export const configRow = (sk: string): Address => at(DOMAINS.config, CONFIG_PARTITION, sk);
export const configAddress = (names: Names, kind: ConfigKind, name: string): Address => ({
  ...at(DOMAINS.config, CONFIG_PARTITION, `${kind}#${names.path(name)}`),
  name,
});
export const POLICY_PARTITION = SPACES.policy;
export const ACL_POLICY_PREFIX = "acl#";
export const policyAddress = (names: Names, name: string): Address => ({
  ...at(DOMAINS.policy, POLICY_PARTITION, `${ACL_POLICY_PREFIX}${names.path(name)}`),
  name,
});

export const PASSWORD_POLICY_PREFIX = "password#";
export const passwordPolicyAddress = (names: Names, name: string): Address => ({
  ...at(DOMAINS.policy, POLICY_PARTITION, `${PASSWORD_POLICY_PREFIX}${names.path(name)}`),
  name,
});

// Tokens, by tag.
export const tokenPartition = (tag: string): string => `${SPACES.token}#${tag}`;
const TOKEN_ITEM = "t";
export const tokenAddress = (tag: string): Address => at(DOMAINS.token, tokenPartition(tag), TOKEN_ITEM);
/** Whether a key is a token's own, not a row of what it made or holds. */
export const isToken = ({ pk, sk }: Key): boolean => pk.startsWith(tokenPartition("")) && sk === TOKEN_ITEM;
/** Rows of a token's partition: the tokens it made, and the leases it holds. */
export const CHILDREN = "child#";
export const HELD_LEASES = "lease#";
export const childAddress = (parent: string, child: string): Address =>
  at(DOMAINS.token, tokenPartition(parent), `${CHILDREN}${child}`);
export const heldLeaseAddress = (tag: string, lease: string): Address =>
  at(DOMAINS.token, tokenPartition(tag), `${HELD_LEASES}${lease}`);
export const accessorAddress = (tag: string): Address => at(DOMAINS.token, `${SPACES.accessor}#${tag}`, "a");
export const spentAddress = (tag: string): Address => at(DOMAINS.token, `${SPACES.spent}#${tag}`, "s");

// Cubbyholes, by the token's tag.
export const cubbyholePartition = (tag: string): string => `${SPACES.cubbyhole}#${tag}`;
/** Sealed with the token itself: only its holder can open a cubbyhole. */
export const cubbyholeAddress = (names: Names, token: Sensitive<string>, path: string): Address => ({
  ...at(DOMAINS.token, cubbyholePartition(names.tag(token.reveal())), names.path(path)),
  name: path,
  holder: token,
});

// Leases, by tag.
const LEASE_ITEM = "l";
export const leaseAddress = (tag: string): Address => at(DOMAINS.lease, `${SPACES.lease}#${tag}`, LEASE_ITEM);
/** Whether a key is a lease's own: its partition's space holds jobs and the sweeper's mark too. */
export const isLease = ({ pk, sk }: Key): boolean => pk.startsWith(`${SPACES.lease}#`) && sk === LEASE_ITEM;
const leaseListingPartition = (mount: string, shard: number): string => `${SPACES.leases}#${mount}#${shard}`;
/** Where the rows of a mount are: spread, because a partition takes no more than 1,000 writes a second. */
export const leaseListingPartitions = (mount: string): readonly string[] =>
  Array.from({ length: LEASE_LISTING_SHARDS }, (_, shard) => leaseListingPartition(mount, shard));
/** The mount whose rows are in such a partition. */
export const mountOfLeaseListing = (pk: string): string => pk.split("#")[1] ?? "";
/** One row per lease, and per token with a lease: what LIST, prefix revocation and accessor lists walk. */
export const leaseListingAddress = (mount: string, opaqueId: string): Address =>
  at(DOMAINS.lease, leaseListingPartition(mount, shardOf(opaqueId, LEASE_LISTING_SHARDS)), opaqueId);
export const IRREVOCABLE_PARTITION = `${SPACES.leases}#irrevocable`;
export const irrevocableAddress = (tag: string): Address => at(DOMAINS.lease, IRREVOCABLE_PARTITION, tag);
export const RETRYING_PARTITION = `${SPACES.leases}#retrying`;
export const retryingAddress = (tag: string): Address => at(DOMAINS.lease, RETRYING_PARTITION, tag);
/** A part of how many leases a lease-count rule counts. */
export const leaseCountAddress = (rule: string, shard: number): Address =>
  at(DOMAINS.lease, `${SPACES.leases}#count#${rule}#${shard}`, "c");
export const sweeperMarkAddress: Address = at(DOMAINS.lease, `${SPACES.lease}#sweeper`, "w");
export const SCHEDULE_PARTITION = `${SPACES.lease}#schedule`;
/** When a piece of scheduled work runs next, who runs it, and its outcome; `id` is `mount:<mount id>` or core's. */
export const scheduleAddress = (id: string): Address => at(DOMAINS.lease, SCHEDULE_PARTITION, id);
export const JOB_PARTITION = `${SPACES.lease}#jobs`;
export const jobAddress = (id: string): Address => at(DOMAINS.lease, JOB_PARTITION, id);

// Identity. Ids are random and in the clear; names are tags.
const identity = (pk: string, sk: string): Address => at(DOMAINS.identity, `${SPACES.entity}#${pk}`, sk);
export const entityAddress = (id: string): Address => identity(id, "e");
export const entityNameAddress = (tag: string): Address => identity(`name#${tag}`, "e");
export const entityListAddress = (id: string): Address => identity("list", id);
/** Finds the entity of an alias by the tag of mount accessor and folded name. */
export const aliasAddress = (tag: string): Address => identity(`alias#${tag}`, "e");
export const aliasIdAddress = (id: string): Address => identity(`alias-id#${id}`, "e");
export const groupPartition = (id: string): string => `${SPACES.entity}#group#${id}`;
/** What the rows of one generation of members begin with. */
export const memberPrefix = (generation: string): string => `${generation}#`;
/** A member of a group; only those of the group's current generation count. */
export const groupMemberAddress = (id: string, generation: string, entity: string): Address =>
  identity(`group#${id}`, `${memberPrefix(generation)}${entity}`);
/** Failures of one name to log in at one mount; the tag is of mount accessor and name. */
export const lockoutAddress = (tag: string): Address => identity(`lockout#${tag}`, "c");
export const lockedNamePartition = (accessor: string): string => `${SPACES.entity}#locked#${accessor}`;
/** A name that is locked out at a mount: what `sys/locked-users` walks. */
export const lockedNameAddress = (accessor: string, tag: string): Address => identity(`locked#${accessor}`, tag);
/** The shared key of one entity and one MFA method; the id is random and of this key alone. */
export const mfaSecretAddress = (id: string): Address => identity(`mfa-secret#${id}`, "s");
/** How many codes were tried against that key lately. */
export const mfaAttemptsAddress = (id: string): Address => identity(`mfa-secret#${id}`, "c");
/** A login that waits for its codes, by the tag of its request id. */
export const waitingLoginAddress = (tag: string): Address => identity(`mfa-login#${tag}`, "w");
/** Written by every change of a group's definition, so that such changes happen one after another. */
export const groupsTurnAddress: Address = identity("groups", "t");

// Challenges, by tag.
export const openChallengePartition = (shard: number): string => `${OPEN_CHALLENGES}${shard}`;
/** What is still to be checked, spread over a few partitions. */
export const openChallengeAddress = (tag: string): Address =>
  at(DOMAINS.challenge, openChallengePartition(shardOf(tag, CHALLENGE_SHARDS)), tag);
export const verdictAddress = (tag: string): Address => at(DOMAINS.challenge, `${SPACES.challenge}#${tag}`, "v");

// Mounts.
export const dataPartition = (mount: MountId): string => `${SPACES.data}#${mount}`;
export const dataAddress = (mount: MountId, names: Names, key: string): Address => ({
  ...at(mount, dataPartition(mount), names.path(key)),
  name: key,
});
/** The partition of a record by its opaque path, which is the sort key of its listing entry. */
export const opaqueRecordPartition = (mount: MountId, opaque: string): string => `${SPACES.record}#${mount}#${opaque}`;
export const recordPartition = (mount: MountId, names: Names, path: string): string =>
  opaqueRecordPartition(mount, names.path(path));
/** One item of a record, which has a partition of its own. */
export const recordAddress = (mount: MountId, names: Names, path: string, item: string): Address => ({
  ...at(mount, recordPartition(mount, names, path), item),
  name: path,
});
export const listingPartition = (mount: MountId): string => `${SPACES.listing}#${mount}`;
export const listingAddress = (mount: MountId, names: Names, path: string): Address => ({
  ...at(mount, listingPartition(mount), names.path(path)),
  name: path,
});
