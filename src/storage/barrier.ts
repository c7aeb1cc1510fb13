import type { DynamoDb } from "../aws-clients/dynamodb.ts";
import type { Kms } from "../aws-clients/kms.ts";
import { createKeyring, createKeyWrap } from "../crypto/index.ts";
import type { MountId } from "../std/brand.ts";
import type { RandomSource } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import { checkAddress, limitDepth } from "./address.ts";
import { allows, familiesIn, familyOf, isMountDomain, limitDomains } from "./domains.ts";
import { broken } from "./errors.ts";
import { createImages } from "./images.ts";
import { createKeyShelf } from "./key-shelf.ts";
import { CORE_DOMAINS } from "./keys.ts";
import { listChildren } from "./listing.ts";
import { createNewestShelf } from "./newest-keys.ts";
import { createPatience } from "./patience.ts";
import { createRanges } from "./ranges.ts";
import { createReader } from "./reader.ts";
import { withRecent } from "./recent.ts";
import { createSealer } from "./sealer.ts";
import type { Domain, Names, Store, View } from "./store.ts";
import { openTable } from "./table.ts";
import { createTears } from "./tears.ts";
import { createTexts } from "./texts.ts";
import { createView } from "./view.ts";
import type { ReadRows } from "./walk.ts";
import { createWriter } from "./writer.ts";

/**
 * The barrier: sealed entries over the table. Trusts KMS and the data keys it unwraps; trusts nothing the table says
 * until it has opened under the key of its domain and the place it was read from. Must never answer a body that did not
 * open, must never write one that is not sealed, and must never put a user's name into a key.
 */

export interface StoreEvent {
  readonly kind: "refused" | "retried" | "unavailable";
  /** Opaque: never a name or a value. */
  readonly reason: string;
}

export interface StoreOptions {
  readonly dynamodb: DynamoDb;
  readonly kms: Kms;
  readonly tableName: string;
  /**
   * The name that keys and entries are bound to; the table's own unless given. A table restored from a backup has
   * another name and keeps its identity.
   */
  readonly tableIdentity?: string | undefined;
  /** ARN, id or alias of the KMS key that wraps the data keys. */
  readonly keyId: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
  /** Domains this process may use; a trailing `*` is a prefix. Absent: all. */
  readonly domainsAllowed?: readonly string[] | undefined;
  /** Longest time spent repeating one call, in milliseconds; 3,000 unless given. */
  readonly retryBudgetMs?: number | undefined;
  /** Milliseconds that reads which say so may be late (`recent.ts`). Absent or 0: not at all. */
  readonly recentMs?: number | undefined;
  /** Told of refused entries (possible tampering), of repeated calls and of those given up, for metrics and alarms. */
  readonly observe?: ((event: StoreEvent) => void) | undefined;
}

export interface SealedStore extends Store {
  /** Adds a version to a domain's data key and answers its number. Old versions keep opening. */
  rotate(domain: Domain): Promise<number>;
  /** Forgets every key held in memory. */
  drop(): void;
}

const DEFAULT_BUDGET_MS = 3000;

const systemSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The store of the product: DynamoDB and KMS through the clients given. */
export const createStore = (options: StoreOptions): SealedStore => {
  const {
    tableName,
    tableIdentity = tableName,
    clock,
    random,
    sleep = systemSleep,
    observe = () => undefined,
  } = options;
  const patience = createPatience({
    clock,
    random,
    sleep,
    budgetMs: options.retryBudgetMs ?? DEFAULT_BUDGET_MS,
    onRetry: (reason) => observe({ kind: "retried", reason }),
    onGiveUp: (reason) => observe({ kind: "unavailable", reason }),
  });
  const direct = openTable({ client: options.dynamodb, tableName, random, patience });
  const { recentMs = 0 } = options;
  const table = recentMs > 0 ? withRecent(direct, { clock, maxAgeMs: recentMs }) : direct;
  const keyring = limitDomains(
    createKeyring({
      wrap: createKeyWrap({ kms: options.kms, keyId: options.keyId, table: tableIdentity }),
      shelf: createKeyShelf({
        table,
        clock,
        newest: createNewestShelf({ table, random, families: familiesIn(options.domainsAllowed ?? CORE_DOMAINS) }),
      }),
      clock,
    }),
    options.domainsAllowed,
    (reason) => observe({ kind: "unavailable", reason }),
  );
  const onRefused = (reason: string): void => observe({ kind: "refused", reason });
  const sealer = createSealer({ table, tableIdentity, keyring, random, onRefused });
  const writer = createWriter({ table, sealer, patience });

  const tears = createTears({ clock, onRefused });
  const { get, read, take } = createReader({ table, sealer, keyring, patience, tears });
  const { query, all, sortKeys, pages } = createRanges({ table, sealer, get });
  const { openImage, due, allDue } = createImages({ table, sealer });

  const readRows: ReadRows = ({ pk, domain, holder }, wanted) => query(pk, domain, { ...wanted, holder });

  // One for each domain while its keys are in memory: they go with what the keyring gives out.
  const limited = new WeakMap<Names, Names>();
  const views = new WeakMap<Names, View>();

  const names = async (domain: Domain): Promise<Names> => {
    const plain = await keyring.names(domain);
    const known = limited.get(plain);
    if (known) return known;
    const made = limitDepth(plain);
    limited.set(plain, made);
    return made;
  };

  const view = async (mount: MountId): Promise<View> => {
    const own = await names(mount);
    const known = views.get(own);
    if (known) return known;
    const made = createView(store, mount, own);
    views.set(own, made);
    return made;
  };

  const store: SealedStore = {
    names,
    expect: (what, domain) => keyring.begin(domain, what === "names" ? what : "current") === undefined,
    expectMounts: (families, most) => {
      void keyring.beginFew((domain) => families.includes(familyOf(domain)), most);
    },
    may: (domain) => allows(options.domainsAllowed, domain),
    get,
    read,
    write: async (writes) => {
      for (const { address } of writes) checkAddress(address);
      await writer(writes);
    },
    take,
    query,
    wipe: table.wipe,
    all,
    sortKeys,
    children: (partition, pathNames, prefix) => listChildren(pages, partition, pathNames, prefix),
    // Loaded by the first walk: most functions see none.
    walk: async (...walk) => (await import("./walk.ts")).walkNames(readRows, ...walk),
    due,
    allDue,
    discard: async (addresses) => {
      for (const address of addresses) checkAddress(address);
      await table.discard(addresses);
    },
    view,
    ...createTexts({ table: tableIdentity, keyring, random }),
    openImage,
    makeKeys: keyring.make,
    shred: async (domain) => {
      if (!isMountDomain(domain)) throw broken("only a mount's domain can be shredded");
      await keyring.shred(domain);
    },
    rotate: keyring.rotate,
    drop: keyring.drop,
  };
  return store;
};
