import type { AccountHints } from "./account-hints.ts";
import type { Lookups } from "./lookups.ts";
import type { StsFetch } from "./ports.ts";
import type { Partition } from "./regions.ts";

/** What the mount was built with. */
export interface Parts {
  readonly sts: StsFetch;
  readonly lookups: Lookups;
  readonly accounts: AccountHints;
  readonly partition: Partition;
}
