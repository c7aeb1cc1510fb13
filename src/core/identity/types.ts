import type { Address, Entry, Write } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import type { Mount } from "../mounts/mount.ts";
import type { ReadEntries } from "../request/reads.ts";

/** Identity as the rest of core sees it; `model.ts` has what is stored. */

/** An entity as a request needs it: policies through groups, and what templates may name. */
export interface EntityView {
  readonly id: string;
  readonly name: string;
  readonly disabled: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly policies: readonly string[];
  readonly aliases: readonly {
    readonly id: string;
    readonly name: string;
    readonly mountAccessor: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly customMetadata: Readonly<Record<string, string>>;
  }[];
  /** Direct and inherited. */
  readonly groups: readonly {
    readonly id: string;
    readonly name: string;
    readonly metadata: Readonly<Record<string, string>>;
  }[];
  /** Of those that were merged into it. */
  readonly mergedIds: readonly string[];
  /** Ids of the keys of its second factors, by the methods' `key`. */
  readonly mfaSecrets: Readonly<Record<string, string>>;
  /** The entity's own and those of all its groups, sorted, without duplicates. */
  readonly allPolicies: readonly string[];
}

export interface LoginIdentity {
  readonly entity: EntityView;
  /** To be written in the transaction that makes the token: entity and alias, new or changed. */
  readonly writes: readonly Write[];
  /** Call when the transaction's condition failed on one of `writes`: forgets what was cached. */
  forget(): void;
}

/** Who a login is at its mount. */
export interface GivenAlias {
  readonly name: string;
  /** Absent: what was said last stays. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Identity {
  /**
   * The entity of a login that was recognised before and waits for its codes; `undefined` when it is gone, or no longer
   * has the alias. `writes` holds a check that it is unchanged. Throws `permission_denied` for a disabled entity.
   */
  returning(
    id: string,
    alias: { readonly name: string; readonly mountAccessor: string },
  ): Promise<LoginIdentity | undefined>;
  entityAddress(id: string): Promise<Address>;
  /** From an entry just read; `undefined` when the entity is gone. Follows a merge to the survivor. */
  view(entry: Entry | undefined, snapshot: Snapshot): Promise<EntityView | undefined>;
  /**
   * Finds or prepares the entity of a login. When this process has seen the alias before, it makes no call, and
   * `writes` holds a check that the entity is unchanged. `read`: the table unless given. Throws `permission_denied` for
   * a disabled entity.
   */
  login(
    mount: Mount,
    alias: GivenAlias,
    groupAliases: readonly string[] | undefined,
    read?: ReadEntries,
  ): Promise<LoginIdentity>;
  /** What a login by this alias reads first; nothing where this process remembers who that is. */
  prefetch(mount: Mount, alias: string): Promise<readonly Address[]>;
  /** What it reads next, by what was found there. */
  prefetchTies(row: Entry | undefined): readonly Address[];
  /**
   * Gives a token's entity the groups and the alias metadata that its auth method reports at a renewal, and writes what
   * changed; absent ones stay. `undefined`: the entity is gone. `seen`: its item as this request read it; where the method
   * reports what it says already, it is not read again, and a change made while the method was asked counts from the next
   * request on.
   */
  refresh(
    mount: Mount,
    entityId: string,
    alias: GivenAlias | undefined,
    groupAliases: readonly string[] | undefined,
    seen?: Entry,
  ): Promise<EntityView | undefined>;
}
