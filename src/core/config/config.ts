import type { AuditDevice } from "../../audit/types.ts";
import { EPOCH_COPIES } from "../../contract/table.ts";
import { VaultError } from "../../framework/index.ts";
import { as, type MountId, type MountPath, type Seconds } from "../../std/brand.ts";
import type { JsonObject } from "../../std/json.ts";
import { isJsonObject } from "../../std/json.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import {
  CONFIG_PARTITION,
  type ConfigKind,
  configAddress,
  DOMAINS,
  epochAddress as epochAddressOf,
} from "../../storage/keys.ts";
import type { Address, Entry, Store, Write } from "../../storage/store.ts";
import type { Group } from "../identity/model.ts";
import type { Mount } from "../mounts/mount.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { SETTINGS, settingIn } from "./settings.ts";
import type { Config, Snapshot } from "./types.ts";

/**
 * Configuration: mounts, audit devices, quotas, groups, settings. All of it is in one partition, is read whole, and
 * is read again only when the epoch changed. Every write raises the epoch in the same transaction, so a change holds on
 * the very next request everywhere.
 *
 * Security: the epoch is a sealed random value in 32 copies, so no partition is hot and nobody can forge one.
 */

const DOMAIN = DOMAINS.config;

const epochOf = (entry: Entry | undefined): string =>
  entry !== undefined && isJsonObject(entry.body) && typeof entry.body["id"] === "string" ? entry.body["id"] : "";

/** Rows as stored in the table: the kind and name are repeated inside the sealed body. */
interface Row {
  readonly kind: string;
  readonly name: string;
  readonly value: JsonObject;
}

const rowOf = (entry: Entry): Row => fromSealed<Row>(entry.body);

/** Limits are read from the current configuration, never from a copy. */
const withLimits = (mount: Mount): Mount => ({
  ...mount,
  info: {
    ...mount.info,
    defaultTtl: mount.config.defaultLeaseTtl > 0 ? mount.config.defaultLeaseTtl : SYSTEM_TTL,
    maxTtl: mount.config.maxLeaseTtl > 0 ? mount.config.maxLeaseTtl : SYSTEM_TTL,
  },
});

const byLength = (a: string, b: string): number => b.length - a.length || (a < b ? -1 : 1);

const build = (epoch: string, rows: readonly Row[]): Snapshot => {
  const mounts: Mount[] = [];
  const devices: AuditDevice[] = [];
  const groups = new Map<string, Group>();
  const settings = new Map<string, JsonObject>();
  for (const { kind, name, value } of rows) {
    if (kind === "mount") mounts.push(withLimits(fromSealed<Mount>(value)));
    else if (kind === "audit") devices.push(fromSealed<AuditDevice>(value));
    else if (kind === "group") groups.set(name, fromSealed<Group>(value));
    else settings.set(`${kind}/${name}`, value);
  }
  mounts.sort((a, b) => byLength(a.info.path, b.info.path));
  return {
    epoch,
    mounts: new Map(mounts.map((mount) => [mount.info.path, mount])),
    auditDevices: devices.sort((a, b) => (a.path < b.path ? -1 : 1)),
    settings,
    groups,
    sealed: settingIn({ settings }, SETTINGS.seal)?.sealed === true,
  };
};

const findMount = (snapshot: Snapshot, path: string): Mount | undefined => {
  // Mount paths end in "/", so only prefixes of the path that end in one can match: the cost grows with the depth
  // alone.
  for (let prefix = path; prefix !== ""; prefix = prefix.slice(0, prefix.slice(0, -1).lastIndexOf("/") + 1)) {
    const mount = snapshot.mounts.get(as<MountPath>(prefix));
    if (mount) return mount;
  }
  return undefined;
};

export interface ConfigOptions {
  readonly store: Store;
  readonly random: RandomSource;
  /** Copies of the epoch; fewer where one process alone uses the table, the same for all who share one. */
  readonly epochCopies?: number | undefined;
  /** Called with every configuration that was read. */
  readonly loaded?: (snapshot: Snapshot) => void;
}

export const createConfig = (options: ConfigOptions): Config => {
  const { store, random, epochCopies = EPOCH_COPIES, loaded } = options;
  const epochAddress = epochAddressOf((random.bytes(1)[0] ?? 0) % epochCopies);
  let current: Snapshot | undefined;
  let loading: { readonly epoch: string | undefined; readonly snapshot: Promise<Snapshot> } | undefined;

  const address = async (kind: ConfigKind, name: string): Promise<Address> => {
    return configAddress(await store.names(DOMAIN), kind, name);
  };

  const load = async (epoch: string): Promise<Snapshot> => {
    const rows: Row[] = [];
    for await (const entry of store.all({ pk: CONFIG_PARTITION, domain: DOMAIN })) rows.push(rowOf(entry));
    current = build(epoch, rows);
    loaded?.(current);
    return current;
  };

  /**
   * One load at a time, however many requests notice the change together. A load for another epoch is not joined: it
   * may bring something older than this request has already seen.
   */
  const loadOnce = (epoch?: string): Promise<Snapshot> => {
    if (loading && loading.epoch === epoch) return loading.snapshot;
    const snapshot = (epoch === undefined ? readEpoch() : Promise.resolve(epoch)).then(load).finally(() => {
      if (loading === mine) loading = undefined;
    });
    const mine = { epoch, snapshot };
    loading = mine;
    return snapshot;
  };

  const fresh: Config["fresh"] = async (entry) => {
    const epoch = epochOf(entry);
    return current && current.epoch === epoch ? current : loadOnce(epoch);
  };

  const readEpoch = async (): Promise<string> => epochOf((await store.get([epochAddress]))[0]);

  const change = async (writes: readonly Write[]): Promise<Snapshot> => {
    const id = uuid(random);
    const raise: Write[] = Array.from({ length: epochCopies }, (_, index) => ({
      op: "put",
      address: epochAddressOf(index),
      body: { id },
      when: "any",
    }));
    await store.write([...writes, ...raise]);
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
    snapshot: async () => current ?? loadOnce(),
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
      current = undefined;
    },
  };
};

/** A stable internal name: `<type>:<random>`; data keys, partitions and IAM conditions are made from it. */
export const newMountId = (kind: "secret" | "auth", type: string, random: RandomSource): MountId =>
  as<MountId>(`${kind === "auth" ? "auth-" : ""}${type}:${uuid(random).slice(0, 18).replaceAll("-", "")}`);

/** The system's own limits, in seconds: 768 hours each. */
export const SYSTEM_TTL = as<Seconds>(2_764_800);

export const sealedError = (): VaultError => new VaultError("storage_unavailable", { wire: "Vault is sealed" });
