import type { Backend, LoginGrant, Reply } from "../../framework/index.ts";
import type { MfaCredentials } from "../mfa/types.ts";
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

/** A login that an auth method vouches for, and what core knows of its request. */
export interface LoginRequest {
  readonly grant: LoginGrant;
  readonly mount: Mount;
  /** Request path: the token's path, and its lease's prefix. */
  readonly path: string;
  readonly sourceAddress: string;
  /** What the caller shows for a second factor along with the login. */
  readonly shown: MfaCredentials;
}
