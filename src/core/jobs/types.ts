import type { JobKind } from "../../contract/schedule.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Write } from "../../storage/store.ts";

export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly input: JsonObject;
  readonly state: "running" | "success" | "failure";
  /** Why it failed, or what kept it from going on the last time. */
  readonly error: string;
  /** Leases and tokens dealt with so far. */
  readonly handled: number;
  readonly startedMs: number;
  /** Epoch seconds; 0: nobody works on it. */
  readonly claimedUntil: number;
}

export interface Jobs {
  /** A new job, to be written in the transaction that decides on it. */
  begin(kind: JobKind, input: JsonObject): { readonly id: string; readonly write: Write };
  /** Carries a job on until the deadline; answers it as it is then. A failure of the table is thrown. */
  run(id: string, deadlineMs: number): Promise<Job | undefined>;
  find(id: string): Promise<Job | undefined>;
  list(): Promise<readonly Job[]>;
  /** Carries on the unfinished jobs of these kinds, as far as this process can; one that fails holds up no other. */
  resume(kinds: readonly JobKind[], deadlineMs: number): Promise<void>;
}
