import type { AuditDevice } from "../../audit/types.ts";
import type { MountPath } from "../../std/brand.ts";
import type { JsonObject } from "../../std/json.ts";
import type { ConfigKind } from "../../storage/keys.ts";
import type { Address, Condition, Delete, Entry, Put, Write } from "../../storage/store.ts";
import type { Group } from "../identity/model.ts";
import type { Mount } from "../mounts/mount.ts";

/**
 * Configuration as the rest of core sees it: mounts, audit devices, quotas, settings; brought up to
 * date when the epoch changes.
 */

export interface Snapshot {
  /** Changes with every write to configuration or policies. */
  readonly epoch: string;
  /** Secrets engines and auth methods, by full path (`secret/`, `auth/aws/`). */
  readonly mounts: ReadonlyMap<MountPath, Mount>;
  readonly auditDevices: readonly AuditDevice[];
  /** Other configuration by kind and name: `setting/cors`, `quota/…`. */
  readonly settings: ReadonlyMap<string, JsonObject>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly sealed: boolean;
}

/** The name of a setting (`settings.ts` has them all). `T` is the type of its value, known to the compiler alone. */
export interface SettingKey<T extends object> {
  readonly name: string;
  readonly holds?: T;
}

export interface Config {
  /** Address of the epoch copy this environment reads; put it into every prefetch. */
  readonly epochAddress: Address;
  /** The snapshot as last loaded here; loads it if there is none. */
  snapshot(): Promise<Snapshot>;
  /** Reads the epoch first: for work that no request began, whose mounts may be newer than what is known here. */
  now(): Promise<Snapshot>;
  /** Takes the epoch as just read; reads what changed when it differs from the snapshot's. */
  fresh(epoch: Entry | undefined): Promise<Snapshot>;
  /**
   * Sort keys of the policies that changed between an epoch that was known here and the snapshot; `undefined` where any
   * of them may have.
   */
  policiesSince(epoch: string): readonly string[] | undefined;
  /** Writes configuration and raises the epoch in one transaction (at most 60 writes). */
  change(writes: readonly Write[]): Promise<Snapshot>;
  /** Address of a configuration row. */
  address(kind: ConfigKind, name: string): Promise<Address>;
  /** A write of a row, for `change`; `undefined` removes it. */
  row(kind: ConfigKind, name: string, value: JsonObject | undefined, when: Condition): Promise<Put | Delete>;
  putMount(mount: Mount, when: "absent" | "present"): Promise<Snapshot>;
  removeMount(path: MountPath): Promise<Snapshot>;
  /** `undefined` removes it. */
  putRow(kind: ConfigKind, name: string, value: JsonObject | undefined): Promise<Snapshot>;
  /** `undefined` removes it. */
  putSetting<T extends object>(key: SettingKey<T>, value: T | undefined): Promise<Snapshot>;
  /** The mount that serves a path, longest first. */
  mountFor(snapshot: Snapshot, path: string): Mount | undefined;
  drop(): void;
}
