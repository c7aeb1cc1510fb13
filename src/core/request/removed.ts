import { isRefusal } from "../../storage/errors.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { mountById } from "../mounts/find.ts";
import { noRoute } from "./route.ts";
import type { Fetched } from "./stage.ts";

/**
 * What failed because a mount was removed. Its keys are emptied right after its row, so whoever still goes by the
 * configuration before that meets keys that do not open. That alone decides nothing: the configuration as it is now
 * does, and where it did not change the failure stands.
 */

/** The configuration as it is now, where something failed by an older one; throws what failed where there is no newer. */
export const newerThan = async (core: Core, snapshot: Snapshot, cause: unknown): Promise<Snapshot> => {
  const now = isRefusal(cause) ? await core.config.now() : snapshot;
  if (now === snapshot) throw cause;
  return now;
};

/** The failure as callers get it: where the mount is gone by now, that there is no route to it. */
export const asRemoved = async (core: Core, { mount, decoded }: Fetched, cause: unknown): Promise<unknown> => {
  if (!mount || !isRefusal(cause)) return cause;
  const now = await core.config.now().catch(() => undefined);
  return !now || mountById(now, mount.info.id) ? cause : noRoute(decoded.path);
};
