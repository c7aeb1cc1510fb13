import type { Backend, BackendContext, Operation, Path, Reply } from "../../framework/index.ts";
import type { Decision } from "../../policy/index.ts";
import type { Reads } from "../reads.ts";
import type { Core, KnownToken, Snapshot } from "../services.ts";
import type { Answer, Decoded, Mount } from "../stages.ts";

/** The types between the stages. Only the stage that earns a type can make it: the brand is not exported. */

declare const stage: unique symbol;
interface Stage<Name extends string> {
  readonly [stage]: Name;
}

export interface Hooks {
  /** Before anything is read: rate limits. Throws `rate_limited`. */
  readonly limit?: (decoded: Decoded, mount: Mount | undefined, snapshot: Snapshot) => Promise<void>;
  /** Around a login: refuses while locked out, counts failures. */
  readonly login?: (
    mount: Mount,
    backend: Backend,
    below: string,
    decoded: Decoded,
    run: () => Promise<Reply<unknown> | undefined>,
  ) => Promise<Reply<unknown> | undefined>;
  /** Before a lease is made. Throws `rate_limited`. */
  readonly lease?: (decoded: Decoded, mount: Mount, snapshot: Snapshot) => Promise<void>;
  readonly generatePassword: (policy: string) => Promise<string | undefined>;
  /** The answer as bytes, for wrapping: made by the HTTP layer, which core does not import. */
  readonly render: (answer: Answer) => {
    readonly status: number;
    readonly contentType: string;
    readonly body: Uint8Array;
  };
}

export interface CoreWithHooks extends Core {
  readonly hooks: Hooks;
}

/** Where the request goes, and what one batch read brought. */
export interface Fetched extends Stage<"fetched"> {
  readonly decoded: Decoded;
  readonly snapshot: Snapshot;
  readonly reads: Reads;
  readonly mount: Mount | undefined;
  readonly backend: Backend | undefined;
  readonly below: string;
  readonly match: { readonly path: Path; readonly params: Readonly<Record<string, string>> } | undefined;
  readonly open: boolean;
}

/** The caller is known, or the operation is open to everybody. */
export interface Known extends Omit<Fetched, typeof stage>, Stage<"known"> {
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

export interface Parsed extends Omit<Allowed, typeof stage>, Stage<"parsed"> {
  /** Runs the handler with its coerced input; `undefined` for help. */
  readonly run: () => Promise<Reply<unknown> | undefined>;
}

export interface Handled extends Omit<Parsed, typeof stage>, Stage<"handled"> {
  readonly reply: Reply<unknown> | undefined;
}

/** Stamps a stage's value. For the stage files only. */
export const stamp = <T extends Stage<string>>(value: Omit<T, typeof stage>): T => value as T;
