import type { Spent } from "./table.ts";
import type { World } from "./world.ts";

/** What is measured: operations of the product while one thing of a deployment grows. */

/** The most an operation may spend at a size. Exact: calls and units do not depend on the machine. */
export type Budget = (size: number) => Omit<Spent, "rounds">;

export interface Operation {
  readonly name: string;
  /** One run; what it needs is made in `prepare`, which is not counted. */
  readonly run: (prepared: string, size: number) => Promise<unknown>;
  readonly prepare?: (size: number) => Promise<string>;
  readonly budget: Budget;
  /** Why it may grow; absent: it may not. */
  readonly because?: string;
  /** Greatest size at which it is still measured; absent: all of them. */
  readonly upTo?: number;
  /** It is seconds long, or uses up what it needs: run once. */
  readonly once?: boolean;
}

export interface Series {
  readonly name: string;
  /** What grows, as the axis of its picture says. */
  readonly grows: string;
  readonly sizes: readonly number[];
  /** Sizes of a short run. */
  readonly few: readonly number[];
  /** Makes a world; `grow` fills it from one size to the next. */
  readonly make: (world: World) => Promise<{
    readonly grow: (from: number, to: number) => Promise<void>;
    readonly operations: readonly Operation[];
  }>;
}

/** One operation at one size. */
export interface Point extends Spent {
  readonly size: number;
  /** Of a processor, a run. */
  readonly microseconds: number;
}

export interface Curve {
  readonly operation: string;
  readonly because: string;
  readonly points: readonly Point[];
}

export interface MeasuredSeries {
  readonly name: string;
  readonly grows: string;
  readonly curves: readonly Curve[];
  /** The day it was measured. */
  readonly on: string;
}

/** The same at every size. */
export const always =
  (calls: number, reads: number, writes: number): Budget =>
  () => ({ calls, reads, writes });
