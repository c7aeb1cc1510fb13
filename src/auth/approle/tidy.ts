import type { BackendContext } from "../../framework/index.ts";
import { findRole, listRoles } from "./roles.ts";
import { keysInUse, purge } from "./secret-ids.ts";

/**
 * Removes leftovers: secret ids that expired and that DynamoDB has not removed, and those
 * of roles that are gone. Safe at any time: nothing that could still log in is touched.
 */
export const tidySecretIds = async (cx: BackendContext): Promise<number> => {
  const { storage, clock } = cx;
  // Keys first: a role made after that has a key that is not among them.
  const keys = await keysInUse(storage);
  const live = new Set<string>();
  for (const name of await listRoles(storage)) {
    const role = await findRole(storage, name);
    if (role) live.add(role.key);
  }
  let removed = 0;
  for (const key of keys) removed += await purge(storage, key, live.has(key) ? clock.now() : undefined);
  cx.log("secret ids tidied", { removed });
  return removed;
};
