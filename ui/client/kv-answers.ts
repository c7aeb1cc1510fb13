import type { Failure } from "./api.ts";
import { sourceAt } from "./json-text.ts";
import type { KvVersion } from "./kv.ts";

/** What key-value mounts answer to reads and writes of a secret. */

/** The secret in an answer of `data/` (or of version 1), as it was written; `undefined`: there is none. */
export const secretIn = (version: KvVersion, answer: string): string | undefined =>
  version === 2 ? sourceAt(answer, "data", "data") : sourceAt(answer, "data");

/** Whether a write was refused since somebody else had written: `cas` was not the current version. */
export const isMismatch = ({ errors }: Pick<Failure, "errors">): boolean =>
  errors.some((error) => error.includes("check-and-set parameter did not match"));
