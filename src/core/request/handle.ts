import { VaultError } from "../../framework/index.ts";
import type { Core } from "../core.ts";
import { pendedBy } from "./context.ts";
import { type Handled, type Parsed, stamp } from "./stage.ts";

/**
 * Runs the backend's own code, with lockout around logins. A refusal (`VaultError`) gives up the leases that were
 * pending, because nothing was made outside. After any other exception that is unknown, so the sweeper revokes them.
 */
export const handle = async (core: Core, parsed: Parsed): Promise<Handled> => {
  const { mount, backend, open, below, decoded, reads, cx } = parsed;
  try {
    const isLogin = open && mount.kind === "auth";
    const watched = isLogin
      ? await core.lockout.around(mount, backend, below, decoded, parsed.run, reads.get)
      : { reply: await parsed.run(), unlocked: undefined };
    return stamp<Handled>({ ...parsed, ...watched });
  } catch (cause) {
    if (cause instanceof VaultError) for (const pending of pendedBy(cx)) await core.leases.abandon(pending);
    throw cause;
  }
};
