import { VaultError } from "../../framework/index.ts";
import { pendedBy } from "../context.ts";
import { type CoreWithHooks, type Handled, type Parsed, stamp } from "./types.ts";

/** The backend's own code, with lockout around logins. A token on its last use ends here, whatever came of it. */
export const handle = async (core: CoreWithHooks, parsed: Parsed): Promise<Handled> => {
  const { mount, backend, open, below, decoded, cx } = parsed;
  const guarded = open && mount?.kind === "auth" && backend && core.hooks.login;
  try {
    const reply = guarded ? await core.hooks.login?.(mount, backend, below, decoded, parsed.run) : await parsed.run();
    return stamp<Handled>({ ...parsed, reply });
  } catch (cause) {
    if (cause instanceof VaultError && cx) for (const pending of pendedBy(cx)) await core.leases.abandon(pending);
    throw cause;
  }
};
