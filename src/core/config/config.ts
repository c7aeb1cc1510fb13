import { EPOCH_COPIES } from "../../contract/table.ts";
import { VaultError } from "../../framework/index.ts";
import { as, type MountId, type MountPath } from "../../std/brand.ts";
import { isJsonObject } from "../../std/json.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import { untilWritten } from "../../storage/change.ts";
import {
  CONFIG_PARTITION,
  type ConfigKind,
  configAddress,
  configRow,
  DOMAINS,
  epochAddress as epochAddressOf,
  recentChangesAddress,
} from "../../storage/keys.ts";
import { type Address, ConditionFailed, type Entry, type Store, type Write } from "../../storage/store.ts";
import type { Mount } from "../mounts/mount.ts";
import { toSealed } from "../sealed.ts";
import { type Built, built, rebuilt } from "./build.ts";
import { changesSince, type RecentChange, recentChangeWrite } from "./recent.ts";
import type { Config, Snapshot } from "./types.ts";

/**
 * Configuration: mounts, audit devices, quotas, groups, settings. All of it is in one partition and in the memory of
 * every environment. Every write raises the epoch in the same transaction, so a change holds on the very next request
 * everywhere: an environment that meets another epoch reads the rows that changed since its own (`recent.ts`), or the
 * whole again where it cannot know them.
 *
 * The epoch is always read before the rows it labels: a change between the two reads then makes the next request load
 * again, where the other order would call old rows new.
 *
 * Security: the epoch is a sealed random value in 32 copies, so no partition is hot and nobody can forge one.
 */

const DOMAIN = DOMAINS.config;

const epochOf = (entry: Entry | undefined): string =>
  entry !== undefined && isJsonObject(entry.body) && typeof entry.body["id"] === "string" ? entry.body["id"] : "";

const findMount = (snapshot: Snapshot, path: string): Mount | undefined => {
  // Mount paths end in "/", so only prefixes of the path that end in one can match: the cost grows with the depth
  // alone.
  for (let prefix = path; prefix !== ""; prefix = prefix.slice(0, prefix.slice(0, -1).lastIndexOf("/") + 1)) {
    const mount = snapshot.mounts.get(as<MountPath>(prefix));
    if (mount) return mount;
  }
  return undefined;
};

/** From one snapshot to the next one. */
interface Step {
  /** The epoch. */
  readonly from: string;
  /** Sort keys. */
  readonly policies: readonly string[];
}

const MOST_STEPS = 20;

export interface ConfigOptions {
  readonly store: Store;
  readonly random: RandomSource;
  /** Copies of the epoch; fewer where one process alone uses the table, the same for all who share one. */
  readonly epochCopies?: number | undefined;
  /** Called with every configuration that was read. */
  readonly loaded?: (snapshot: Snapshot) => void;
  /**
   * Called once, when a process that knows nothing yet has read its first epoch: whatever is read from then on is not older.
   * The epoch itself is told when it has opened.
   */
  readonly begun?: (epoch: Promise<string>) => void;
}

export const createConfig = (options: ConfigOptions): Config => {
  const { store, random, epochCopies = EPOCH_COPIES, loaded } = options;
  let { begun } = options;
  const epochAddress = epochAddressOf((random.bytes(1)[0] ?? 0) % epochCopies);
  let known: Built | undefined;
  /** How what is known came about, each step from where the one before it led: what changed of the policies. */
  let steps: Step[] = [];
  let loading: { readonly epoch: string | undefined; readonly snapshot: Promise<Snapshot> } | undefined;

  const address = async (kind: ConfigKind, name: string): Promise<Address> => {
    return configAddress(await store.names(DOMAIN), kind, name);
  };

  /** Of two loads at once the later one is judged by what the other brought: what is known never goes back. */
  const hold = (before: Built | undefined, next: Built, way: Step[]): Snapshot | Promise<Snapshot> => {
    if (known !== before) return load(next.snapshot.epoch);
    known = next;
    steps = way;
    loaded?.(next.snapshot);
    return next.snapshot;
  };

  const readRows = async (): Promise<readonly Entry[]> => {
    const entries: Entry[] = [];
    for await (const entry of store.all({ pk: CONFIG_PARTITION, domain: DOMAIN })) entries.push(entry);
    return entries;
  };

  const loadWhole = async (epoch: string | Promise<string>): Promise<Snapshot> => {
    const before = known;
    const [label, entries] = await Promise.all([epoch, readRows()]);
    return hold(before, built(label, entries), []);
  };

  /** Reads what changed since the snapshot known here. What is read may be newer than the epoch, never older. */
  const catchUp = async (before: Built, changes: readonly RecentChange[], epoch: string): Promise<Snapshot> => {
    const rows = [...new Set(changes.flatMap((one) => one.rows))];
    const entries = rows.length === 0 ? [] : await store.get(rows.map(configRow));
    const next = rebuilt(before, epoch, new Map(rows.map((sk, index) => [sk, entries[index]])));
    const step = { from: before.snapshot.epoch, policies: changes.flatMap((one) => one.policies) };
    return hold(before, next, [...steps, step].slice(-MOST_STEPS));
  };

  const load = async (epoch: string): Promise<Snapshot> => {
    const before = known;
    if (!before) return loadWhole(epoch);
    const { snapshot } = before;
    if (snapshot.epoch === epoch) return snapshot;
    const [recent] = await store.get([recentChangesAddress]);
    const changes = changesSince(recent, snapshot.epoch, epoch);
    if (changes) return catchUp(before, changes, epoch);
    // Asked by a request that was held up, and saw less than is known.
    return changesSince(recent, epoch, snapshot.epoch) ? snapshot : loadWhole(epoch);
  };

  const policiesSince: Config["policiesSince"] = (epoch) => {
    const first = steps.findIndex(({ from }) => from === epoch);
    return first < 0 ? undefined : steps.slice(first).flatMap((step) => step.policies);
  };

  /** The rows are read as soon as the epoch has been, while it still waits for the keys it opens with. */
  const loadFirst = async (): Promise<Snapshot> => {
    const open = await store.read([epochAddress]);
    const epoch = open().then(([entry]) => epochOf(entry));
    begun?.(epoch);
    begun = undefined;
    return loadWhole(epoch);
  };

  /**
   * One load at a time, however many requests notice the change together. A load for another epoch is not joined: it
   * may bring something older than this request has already seen.
   */
  const loadOnce = (epoch?: string): Promise<Snapshot> => {
    if (loading && loading.epoch === epoch) return loading.snapshot;
    const snapshot = (epoch === undefined ? loadFirst() : load(epoch)).finally(() => {
      if (loading === mine) loading = undefined;
    });
    const mine = { epoch, snapshot };
    loading = mine;
    return snapshot;
  };

  const fresh: Config["fresh"] = async (entry) => {
    const epoch = epochOf(entry);
    return known?.snapshot.epoch === epoch ? known.snapshot : loadOnce(epoch);
  };

  /** Once; whatever condition fails. */
  const write = async (id: string, writes: readonly Write[]): Promise<void> => {
    const [recent, first] = await store.get([recentChangesAddress, epochAddressOf(0)]);
    const raise = Array.from({ length: epochCopies }, (_, index): Write => {
      const when = index > 0 ? "any" : first ? { n: first.n } : "absent";
      return { op: "put", address: epochAddressOf(index), body: { id }, when };
    });
    await store.write([...writes, ...raise, recentChangeWrite(recent, epochOf(first), { epoch: id, writes })]);
  };

  const change = async (writes: readonly Write[]): Promise<Snapshot> => {
    const id = uuid(random);
    const lost = await untilWritten(async () => {
      try {
        await write(id, writes);
        return undefined;
      } catch (cause) {
        // Another change came first: that alone is tried again here.
        if (!(cause instanceof ConditionFailed) || !writes.includes(cause.write)) throw cause;
        return cause;
      }
    });
    if (lost) throw lost;
    // A load in progress may have begun before this write; its result is labelled with the old epoch.
    loading = undefined;
    return loadOnce(id);
  };

  const row: Config["row"] = async (kind, name, value, when) =>
    value === undefined
      ? { op: "delete", address: await address(kind, name), when }
      : { op: "put", address: await address(kind, name), body: { kind, name, value }, when };

  return {
    epochAddress,
    address,
    row,
    change,
    snapshot: async () => known?.snapshot ?? loadOnce(),
    policiesSince,
    now: async () => fresh((await store.get([epochAddress]))[0]),
    fresh,
    putMount: async (mount, when) => {
      if (when === "absent") await store.makeKeys(mount.info.id);
      return change([await row("mount", mount.info.path, toSealed(mount), when)]);
    },
    removeMount: async (path) => change([await row("mount", path, undefined, "any")]),
    putRow: async (kind, name, value) => change([await row(kind, name, value, "any")]),
    putSetting: async (key, value) => change([await row("setting", key.name, value && toSealed(value), "any")]),
    mountFor: findMount,
    drop: () => {
      known = undefined;
      steps = [];
    },
  };
};

/** A stable internal name: `<type>:<random>`; data keys, partitions and IAM conditions are made from it. */
export const newMountId = (kind: "secret" | "auth", type: string, random: RandomSource): MountId =>
  as<MountId>(`${kind === "auth" ? "auth-" : ""}${type}:${uuid(random).slice(0, 18).replaceAll("-", "")}`);

export const sealedError = (): VaultError => new VaultError("storage_unavailable", { wire: "Vault is sealed" });
