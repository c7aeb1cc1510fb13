import type { JsonObject } from "../../std/json.ts";
import type { Write } from "../../storage/store.ts";

export type JobKind = "unmount" | "remount" | "revoke-prefix";

export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly input: JsonObject;
  readonly state: "running" | "success" | "failure";
  readonly error: string;
  /** Leases and tokens dealt with so far. */
  readonly handled: number;
  readonly startedMs: number;
  /** Epoch seconds; 0: nobody is at it. */
  readonly claimedUntil: number;
}

export interface Jobs {
  /** A new job, to be written in the transaction that decides it. */
  begin(kind: JobKind, input: JsonObject): { readonly id: string; readonly write: Write };
  /** Carries a job on until the deadline; answers it as it is then. A failure of the table is thrown. */
  run(id: string, deadlineMs: number): Promise<Job | undefined>;
  find(id: string): Promise<Job | undefined>;
  list(): Promise<readonly Job[]>;
  /** Carries on every unfinished job. */
  resume(deadlineMs: number): Promise<void>;
}
