import type { Backend, BackendContext, Operation, Reply, RouteMatch } from "../../framework/index.ts";
import type { Decision, Folding } from "../../policy/index.ts";
import type { Snapshot } from "../config/types.ts";
import type { Watched } from "../login/types.ts";
import type { Mount } from "../mounts/mount.ts";
import type { KnownToken } from "../tokens/types.ts";
import type { Decoded } from "./decoded.ts";
import type { Reads } from "./reads.ts";
import type { Trail } from "./trail.ts";

/**
 * The types between the stages. Each carries a brand that is not exported, and `stamp`, which gives it, may be imported
 * by the stages alone (`test/architecture/stages.test.ts`).
 */

declare const stage: unique symbol;
interface Stage<Name extends string> {
  readonly [stage]: Name;
}

/** Where the request goes, and what one batch read brought. */
export interface Fetched extends Stage<"fetched"> {
  readonly decoded: Decoded;
  readonly snapshot: Snapshot;
  readonly reads: Reads;
  readonly mount: Mount | undefined;
  readonly backend: Backend | undefined;
  readonly below: string;
  /** Where in the path a name folds; the path itself is canonical. */
  readonly folding: Folding | undefined;
  readonly match: RouteMatch | undefined;
  readonly open: boolean;
}

/** The caller is known, or the operation is open to everybody. */
export interface Known extends Omit<Fetched, typeof stage>, Stage<"known"> {
  readonly trail: Trail;
  readonly known: KnownToken | undefined;
  /** This request spent the token's last use. */
  readonly lastUse: boolean;
}

/** Decided and recorded. */
export interface Allowed extends Omit<Known, typeof stage>, Stage<"allowed"> {
  readonly operation: Operation;
  readonly decision: Decision | undefined;
  readonly cx: BackendContext | undefined;
  readonly warnings: string[];
}

/** It has a place to go. */
export interface Parsed extends Omit<Allowed, typeof stage | "mount" | "backend" | "cx">, Stage<"parsed"> {
  readonly mount: Mount;
  readonly backend: Backend;
  readonly cx: BackendContext;
  /** The handler with its coerced input, or the help text; answers `undefined` for nothing. */
  readonly run: () => Promise<Reply | undefined>;
}

export interface Handled extends Omit<Parsed, typeof stage>, Stage<"handled">, Watched {}

/** Gives a stage's value its brand. For the stage files only. */
export const stamp = <T extends Stage<string>>(value: Omit<T, typeof stage>): T => value as T;
