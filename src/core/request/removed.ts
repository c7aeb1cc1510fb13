import { isRefusal } from "../../storage/errors.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { mountById } from "../mounts/find.ts";
import { noRoute } from "./route.ts";
import type { Fetched } from "./stage.ts";

/**
 * What failed because a mount was removed. Its keys are emptied right after its row, so whoever still works with the
 * older configuration meets keys that do not open. That alone decides nothing: the current configuration is read, and if
 * it has not changed, the failure stands.
 */

/** The current configuration, if it is newer than the one that something failed with. Otherwise throws that failure. */
export const newerThan = async (core: Core, snapshot: Snapshot, cause: unknown): Promise<Snapshot> => {
  const now = isRefusal(cause) ? await core.config.now() : snapshot;
  if (now === snapshot) throw cause;
  return now;
};

/** The failure as callers see it. If the mount has been removed meanwhile, they see an unknown path. */
export const asRemoved = async (core: Core, { mount, decoded }: Fetched, cause: unknown): Promise<unknown> => {
  if (!mount || !isRefusal(cause)) return cause;
  const now = await core.config.now().catch(() => undefined);
  return !now || mountById(now, mount.info.id) ? cause : noRoute(decoded.path);
};
