import type { Address, Store } from "../../storage/store.ts";
import type { Mount } from "../mounts/mount.ts";
import type { WrapInfo } from "../request/answer.ts";
import type { WrappedAnswer } from "../tokens/types.ts";

export interface Wrapping {
  /** Wraps an encoded answer; the payload is sealed in the wrapping token's own item. */
  wrap(answer: Omit<WrappedAnswer, "creationTimeMs">, mount: Mount): Promise<WrapInfo>;
  /** Without consuming it. `read`: where to read it instead of the table, such as what the request prefetched. */
  look(id: string, read?: Store["get"]): Promise<Wrapped | undefined>;
  /** Where it lies; nowhere for text that cannot be a token. */
  addresses(id: string): Promise<readonly Address[]>;
}

/** A wrapped answer as it was looked at. */
export interface Wrapped {
  readonly answer: WrappedAnswer;
  /** Consumes: exactly one caller gets it, and only while it is as it was looked at. */
  take(): Promise<WrappedAnswer | undefined>;
}
