/** Scheduled work and its outcome. */

export interface ScheduledRow {
  /** `rotate-keys`, `mount:<mount id>`: the same in every process. */
  readonly id: string;
  /** Path of the mount whose work it is; empty for core's own. */
  readonly mount: string;
}

/** What is known of a row; milliseconds since the epoch, 0 for never. */
export interface RowState {
  /** When it is run next. */
  readonly dueMs: number;
  readonly startedMs: number;
  /** The last time it ended well. */
  readonly succeededMs: number;
  /** Why the last run failed; empty when it did not. */
  readonly error: string;
  /** Failed runs since the last good one. */
  readonly failures: number;
  /** Who runs it now; empty: nobody. */
  readonly claim: string;
  /** Epoch seconds after which the claim no longer counts. */
  readonly claimedUntil: number;
}

export interface Tick {
  /** Rows that were run here. */
  readonly ran: number;
  readonly failed: number;
  /** When the next piece of work with a time of its own is due; infinite where there is none. */
  readonly nextMs: number;
}

export interface Schedule {
  /**
   * Runs what is due and this process may run. Called once a minute in a deployment, once a second by the local server.
   * Throws only where the table is out of reach: a row that fails is recorded, logged and signalled.
   */
  tick(deadlineMs: number): Promise<Tick>;
  /** Every row that has run or will run, in any process. */
  list(): Promise<readonly (ScheduledRow & RowState)[]>;
}
