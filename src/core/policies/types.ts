import type { Acl, Policy } from "../../policy/index.ts";
import type { EntityView } from "../identity/types.ts";

/** A policy as it is kept. One that was last written by a version without the counter lacks all but its text. */
export interface StoredPolicy {
  readonly name: string;
  readonly text: string;
  /** Counts the writes since the policy was made. */
  readonly version?: number;
  /** Writes without the check are refused. */
  readonly casRequired?: boolean;
  /** Milliseconds. */
  readonly modified?: number;
}

export interface Policies {
  /** As it was last written; names are folded by the caller through `normalize`. A built-in one only if changed. */
  stored(name: string): Promise<StoredPolicy | undefined>;
  /** Those of the names that exist, in their order. */
  getAll(names: readonly string[]): Promise<readonly Policy[]>;
  list(): Promise<readonly string[]>;
  /**
   * Writes what `make` makes of a policy, which throws to refuse; it is asked again when somebody else was first, so it
   * decides by the policy that its write replaces.
   */
  change(name: string, make: (before: StoredPolicy | undefined) => StoredPolicy): Promise<void>;
  remove(name: string): Promise<void>;
  /**
   * Begins to read policies before anybody has asked for one, for a process that has none: whoever asks first needs all
   * of a token's. The epoch must have been read already; where it is no longer that of the configuration, they are not
   * used.
   */
  begin(epoch: Promise<string>): void;
  /** The ACL of a set of policies for an identity; kept until a policy changes. Unknown names grant nothing. */
  acl(names: readonly string[], identity: EntityView | undefined): Promise<Acl>;
}
