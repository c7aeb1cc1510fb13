import type { Backend, LoginGrant, Reply } from "../../framework/index.ts";
import type { Address, Write } from "../../storage/store.ts";
import type { MfaCredentials } from "../mfa/types.ts";
import type { Mount } from "../mounts/mount.ts";
import type { Decoded } from "../request/decoded.ts";
import type { ReadEntries } from "../request/reads.ts";

/** What must still hold when a login's token is made: writes of its transaction. Asked again for each try. */
export type Proviso = () => Promise<readonly Write[]>;

/** What a login answered, and what its token depends on. */
export interface Watched {
  readonly reply: Reply | undefined;
  /** That the name is not locked out by then; with it go the failures that were counted. Absent: no name is counted. */
  readonly unlocked: Proviso | undefined;
}

export interface Lockout {
  /** Runs a login of a method that names its callers: refuses while the name is locked out, and counts failures. */
  around(
    mount: Mount,
    backend: Backend,
    below: string,
    decoded: Decoded,
    run: () => Promise<Reply | undefined>,
    read: ReadEntries,
  ): Promise<Watched>;
  /** What `around` reads first, for a name that is counted. */
  prefetch(mount: Mount, name: string): Promise<readonly Address[]>;
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
  /** See `Watched`. */
  readonly unlocked: Proviso | undefined;
  /** Reads the table, or serves what was read ahead. */
  readonly read: ReadEntries;
}
