import type { EpochSeconds, MountId } from "../std/brand.ts";
import type { JsonValue } from "../std/json.ts";
import type { Sensitive } from "../std/sensitive.ts";
import type { Address, Domain, Entry, Partition, Write } from "./entry.ts";

/**
 * What everything above storage sees: sealed entries at opaque addresses, conditions, transactions.
 * The implementation is `barrier.ts` over `table.ts`; nothing above this file knows DynamoDB or a key.
 */

export * from "./entry.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** Give it back as `after` for the next page; absent at the end. */
  readonly next?: string | undefined;
}

/** All entries of a partition, or those below a prefix and behind a sort key. */
export interface AllOptions {
  readonly prefix?: string | undefined;
  readonly after?: string | undefined;
  /** Most entries read at once; 1,000 unless given. */
  readonly page?: number | undefined;
}

export interface QueryOptions {
  readonly prefix?: string | undefined;
  readonly after?: string | undefined;
  /** Most entries in the answer; 1,000 unless given. */
  readonly limit?: number | undefined;
  readonly descending?: boolean | undefined;
  /** Of the entries' addresses, where they have one. */
  readonly holder?: Sensitive<string> | undefined;
}

/** How names are walked. */
export interface WalkOptions {
  /** Behind this name, which need not be there. */
  readonly after?: string | undefined;
  /** Most names. */
  readonly limit: number;
  /** Whether what is in a folder (`a/b/`, from the prefix on) is walked too. Asked once for each folder met. */
  readonly enter: (folder: string) => Promise<boolean>;
}

export interface Walk {
  /** In the table's order, which is always the same and not that of the names: give the last one back as `after`. */
  readonly names: readonly string[];
  /** There may be more. Names of 4 MB, or many folders that are not entered, end a walk before its limit. */
  readonly more: boolean;
}

/** An entry of the expiry index. */
export interface Due {
  readonly address: Address;
  readonly exp: EpochSeconds;
}

/** The same, with its shard. */
export interface ShardedDue extends Due {
  readonly shard: number;
}

export interface DueOptions {
  /** Only what ends by then. */
  readonly until: EpochSeconds;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: Due | undefined;
  /** Latest end first; soonest first unless said so. */
  readonly latestFirst?: boolean | undefined;
}

export interface DuePage {
  readonly items: readonly Due[];
  /** Give it back as `after`; absent at the end. */
  readonly next?: Due | undefined;
}

/** Turns names into opaque text under a domain's index key. Truncated HMAC-SHA-256, base64url. */
export interface Names {
  /** One name, whole. */
  tag(name: string): string;
  /**
   * A path, segment by segment, each chained to its parents, joined by `/`; a trailing `/` is kept. Throws
   * `invalid_request` above 44 segments, the most a sort key holds.
   */
  path(path: string): string;
}

/**
 * Sealed storage. Reads are strongly consistent. Throws `VaultError` `storage_unavailable` when the table or KMS is
 * throttled or out of reach, `payload_too_large` for a body above 1 MiB; `ConditionFailed` from `write`.
 */
export interface Store {
  names(domain: Domain): Promise<Names>;
  /**
   * Begins to load keys that will be asked for soon, side by side with whatever is done meanwhile: those that turn names
   * into addresses, or those that seal and open. Answers whether nothing has to be waited for. A failure shows where the
   * keys are used; so does that a domain is not for this process.
   */
  expect(what: "names" | "bodies", domain: Domain): boolean;
  /**
   * Begins to load the keys of mounts of these types, by the family of their domains (`auth-approle:`), before anybody
   * knows which mount will be asked for: where their wrapped keys are read together with others, and are those of `most`
   * mounts or fewer.
   */
  expectMounts(families: readonly string[], most: number): void;
  /** Whether this process may use the keys of a domain. */
  may(domain: Domain): boolean;
  /** Batch read, up to 100 addresses in one BatchGetItem; the answer has the order of the question. */
  get(addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]>;
  /** The same in two steps: what it answers opens what has been read, for reads whose order among others counts. */
  read(addresses: readonly Address[]): Promise<() => Promise<readonly (Entry | undefined)[]>>;
  /** One item: a conditional write. Several: one transaction (at most 100). */
  write(writes: readonly Write[]): Promise<void>;
  /** Deletes the entry and returns it, to exactly one of any number of callers. */
  take(address: Address): Promise<Entry | undefined>;
  /** Entries of one partition in order of their sort keys. */
  query(pk: string, domain: Domain, options?: QueryOptions): Promise<Page<Entry>>;
  /**
   * The same, however many: each entry once, read a page at a time as they are asked for. What is deleted on the way is
   * left out, what is put behind the page just read comes along.
   */
  all(partition: Partition, options?: AllOptions): AsyncIterable<Entry>;
  /**
   * Direct children below a prefix of a partition whose sort keys are opaque paths and whose entries bear names: as
   * `View.list`. `path` makes the opaque prefix.
   */
  children(partition: Partition, names: Names, prefix: string): Promise<readonly string[]>;
  /** Every name below a prefix of such a partition: as `View.walk`. */
  walk(partition: Partition, names: Names, prefix: string, options: WalkOptions): Promise<Walk>;
  /** What is due in a bucket of the expiry index, without bodies. Eventually consistent. */
  due(bucket: string, shard: number, options: DueOptions): Promise<DuePage>;
  /**
   * Everything in the expiry index, whenever it ends, in one call and in no order; `undefined` where there are `most`
   * entries or more. Eventually consistent.
   */
  allDue(most: number): Promise<readonly ShardedDue[] | undefined>;
  /**
   * Deletes entries whatever they are, each for itself and not together, 25 in one BatchWriteItem. Parts of a spread
   * entry stay behind, unreadable, until its TTL; so only for entries that fit one item or have a TTL. Throws when some
   * may be left.
   */
  discard(addresses: readonly Address[]): Promise<void>;
  view(mount: MountId): Promise<View>;
  /** Seals a value into text that is not in an item (batch tokens). `purpose` is bound like an address. */
  sealText(domain: Domain, purpose: string, body: JsonValue): Promise<string>;
  /** `undefined` for text that this table's keys did not seal for this purpose, whatever is wrong with it. */
  openText(domain: Domain, purpose: string, text: string): Promise<JsonValue | undefined>;
  /**
   * Opens an item's image out of a stream record. `undefined` for anything that is not an entry or opens only for its
   * holder; an entry spread over several items answers `null` for a body and 0 for `n`, since the stream shows each
   * item alone.
   */
  openImage(image: Image): Promise<Entry | undefined>;
  /** Sort keys of one partition in their order, in pages, opening nothing: for removing what none can open. */
  sortKeys(pk: string): AsyncIterable<readonly string[]>;
  /** Deletes every item of a partition, a page at a time, without opening any (a token's cubbyhole). Idempotent. */
  wipe(pk: string): Promise<void>;
  /** Makes the keys of a domain that has none: core's at initialization, a mount's when it is made, nobody's later. */
  makeKeys(domain: Domain): Promise<void>;
  /**
   * Empties a mount's data keys: whatever they sealed can never be opened again. Environments that hold the keys in
   * memory lose them when their cache ends, after at most 15 minutes.
   */
  shred(domain: Domain): Promise<void>;
}

/** An item as DynamoDB marshals it; in Lambda events binary is base64 text. */
export type Image = Readonly<
  Record<
    string,
    { readonly S?: string | undefined; readonly N?: string | undefined; readonly B?: Uint8Array | string | undefined }
  >
>;

/** The storage of one mount. A backend can reach nothing outside it. */
export interface View {
  readonly mount: MountId;
  /** `data#<mount>`: roles, configurations and the like, by key (`role/web`). */
  at(key: string): Address;
  /**
   * One item of a record with a partition of its own: `rec#<mount>#<opaque path>`, `item` in the clear. A record is
   * found again through its listing entry alone, by lists and by the removal of its mount: put `listing(path)` no later
   * than its first item, delete it no sooner than its last.
   */
  record(path: string, item: string): Address;
  /** The listing entry of a record: `list#<mount>`. The address bears the name; the body may be `null`. */
  listing(path: string): Address;
  get(address: Address): Promise<Entry | undefined>;
  getMany(addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]>;
  write(writes: readonly Write[]): Promise<void>;
  take(address: Address): Promise<Entry | undefined>;
  /** Items of one record (`record(path, …)`), in order of `item`. */
  items(path: string, options?: QueryOptions): Promise<Page<Entry>>;
  /**
   * Direct children below a prefix (`""` or ending in `/`), sorted; folders end in `/`. Cost follows the number of
   * children, not the size of the tree. `from` is `data` (keys of `at`) or `listing` (paths of `listing`).
   */
  list(prefix: string, from?: "data" | "listing"): Promise<readonly string[]>;
  /**
   * Names of `listing` below a prefix (`""` or ending in `/`) at any depth, from the prefix on. Cost: a page of the table
   * for each 1,000 names, and one for each folder that is not entered.
   */
  walk(prefix: string, options: WalkOptions): Promise<Walk>;
  /** A short HMAC under this mount's index key, for names that must be compared but not stored. */
  tag(name: string): string;
}
