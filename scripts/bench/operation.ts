import type { Calls } from "./world.ts";

/**
 * One thing a server lives by, and the calls it may make once warm. Warm: the same environment served such a request
 * before, so configuration, policies and keys are in memory; what a request's decision depends on is read.
 */
export interface Operation {
  readonly name: string;
  readonly budget: Calls;
  /** One run; what it needs is made in `prepare`, which is not counted. */
  readonly run: (prepared: string, round: number) => Promise<unknown>;
  readonly prepare?: (round: number) => Promise<string>;
}
