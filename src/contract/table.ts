/** Names inside the one DynamoDB table. The stack declares them, `src/storage` reads and writes them. */

export const PARTITION_KEY = "pk";
export const SORT_KEY = "sk";

/**
 * Every attribute an item may carry besides its keys. Adding one means: bind it in `src/storage/item.ts`, or say why
 * not.
 */
export const ATTRIBUTES = {
  /** Binary: the sealed body, or a KMS-wrapped key in `key#` items. */
  body: "v",
  /** Number: the write number; different at every write of an item. */
  writeNumber: "n",
  /** Number: logical end, epoch seconds. Sort key of the expiry index. */
  end: "exp",
  /** Number: when DynamoDB's TTL may remove the item, epoch seconds. */
  timeToLive: "ttl",
  /** String `<minute bucket>#<shard>`: partition key of the expiry index; live leases only. */
  bucket: "bucket",
  /** Number: until when a claimed entry lets others in, epoch milliseconds; spent login signatures only. */
  openUntil: "until",
  /** Number: how many items the sealed body is spread over; only where there is more than one. */
  parts: "parts",
  /** Number: when a wrapped key was made, epoch seconds; `key#` items only, for display. */
  created: "created",
} as const;

/** Sparse index over live leases: partition key `bucket` (string), sort key `exp` (number), keys only. */
export const EXPIRY_INDEX = "expiry";
export const EXPIRY_INDEX_PARTITION_KEY = ATTRIBUTES.bucket;
export const EXPIRY_INDEX_SORT_KEY = ATTRIBUTES.end;

/** How many shards one minute of ends is spread over. */
export const EXPIRY_SHARDS = 16;

/** How many partitions the listing rows of one mount's leases are spread over. */
export const LEASE_LISTING_SHARDS = 16;

/**
 * How many partitions open challenges are spread over: the stream delivers one partition's records one batch after the
 * other, so a host that does not answer holds up those of its own partition alone.
 */
export const CHALLENGE_SHARDS = 8;

/** How many copies of the configuration epoch exist; an environment reads one of them. */
export const EPOCH_COPIES = 32;

/** First part of every partition key, for `dynamodb:LeadingKeys` conditions. */
export const SPACES = {
  key: "key",
  epoch: "epoch",
  config: "config",
  policy: "policy",
  token: "token",
  accessor: "accessor",
  cubbyhole: "cubby",
  /** Records of mounts, KV's secrets among them. */
  record: "rec",
  listing: "list",
  lease: "lease",
  leases: "leases",
  entity: "entity",
  spent: "spent",
  /** What is to be checked on the network, and verdicts. */
  challenge: "challenge",
  data: "data",
} as const;

/** What the partitions of open challenges begin with. */
export const OPEN_CHALLENGES = `${SPACES.challenge}#open#`;

/** Pairs of the KMS encryption context every data key is wrapped under. */
export const ENCRYPTION_CONTEXT = {
  app: "app",
  table: "table",
  domain: "domain",
  /** `index`, or `data:<version>`: a wrapped key is bound to its use and version too. */
  key: "key",
} as const;

/** Value of the context's `app` pair. */
export const APP = "zeroth";
