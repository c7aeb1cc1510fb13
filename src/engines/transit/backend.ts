import { type Backend, defineBackend } from "../../framework/index.ts";
import { seconds } from "../../std/time.ts";
import { keepKeys } from "./keys/keep.ts";
import { keyPaths } from "./keys/paths.ts";
import { usePaths } from "./use/paths.ts";

/** How often keys are looked at, and so how late a scheduled rotation may be. */
const CHECKS = seconds(600);

/**
 * Keys as a service, the backend `transit`: callers have data encrypted, signed and authenticated by keys that they
 * never hold. It trusts core to have checked the caller. It must never let a key out that is not exportable, in an
 * answer, an error or a log line, and never lose a version that something was encrypted with. It connects to nothing.
 * `README.md` has the paths.
 */
export const transitEngine: Backend = defineBackend({
  kind: "secret",
  type: "transit",
  help: "Encrypts, signs and authenticates with keys that callers never hold.",
  paths: [...keyPaths, ...usePaths],
  periodic: { every: CHECKS, run: keepKeys },
});
