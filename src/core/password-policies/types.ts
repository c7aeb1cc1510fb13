import type { RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";
import type { Store } from "../../storage/store.ts";

export interface PasswordPolicies {
  /** The text as stored. */
  get(name: string): Promise<string | undefined>;
  /** Sorted. */
  list(): Promise<readonly string[]>;
  /** Throws `invalid_request` with Vault's texts. */
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /**
   * A fresh password; `undefined` where no such policy exists. Throws `invalid_request` where the rules find none in
   * time.
   */
  generate(name: string): Promise<string | undefined>;
}

export interface PasswordPolicyParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
}
