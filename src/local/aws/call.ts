import type { RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";
import type { AccountState, RegionState } from "./model.ts";
import type { StateStore } from "./store.ts";

/** Who signed a request, as GetCallerIdentity names them. */
export interface Caller {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  readonly kind: "user" | "assumed-role" | "federated-user" | "node" | "anonymous";
  /** For an assumed role the role's ARN in IAM, with its path; for a user the user's own. */
  readonly principalArn: string;
  /** `AIDA…` or `AROA…`, without the session name. */
  readonly principalId: string;
  readonly accessKeyId: string;
}

/** What every operation is given: the caller, where, and the world. */
export interface Call {
  readonly caller: Caller;
  readonly region: string;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** The caller's account. */
  readonly account: AccountState;
  /** The caller's account in the region of the call. */
  readonly here: RegionState;
}
