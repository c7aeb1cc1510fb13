import type { Store } from "../../storage/store.ts";
import type { Mount } from "../mounts/mount.ts";
import type { WrapInfo } from "../request/answer.ts";
import type { WrappedAnswer } from "../tokens/types.ts";

export interface Wrapping {
  /** Wraps an encoded answer; the payload is sealed in the wrapping token's own item. */
  wrap(answer: Omit<WrappedAnswer, "creationTimeMs">, mount: Mount): Promise<WrapInfo>;
  /** Without consuming it. `read`: where to read it instead of the table, such as what the request prefetched. */
  peek(id: string, read?: Store["get"]): Promise<WrappedAnswer | undefined>;
  /** Consumes: exactly one caller gets it. */
  take(id: string, read?: Store["get"]): Promise<WrappedAnswer | undefined>;
}
