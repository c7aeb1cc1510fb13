import type { Backend, Reply } from "../../framework/index.ts";
import type { Mount } from "../mounts/mount.ts";
import type { Decoded } from "../request/decoded.ts";

export interface Lockout {
  /** Runs a login of a method that names its callers: refuses while the name is locked out, and counts failures. */
  around(
    mount: Mount,
    backend: Backend,
    below: string,
    decoded: Decoded,
    run: () => Promise<Reply | undefined>,
  ): Promise<Reply | undefined>;
}
