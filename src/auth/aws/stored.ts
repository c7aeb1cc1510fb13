import type { z } from "zod";
import { VaultError } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";
import { type Address, ConditionFailed, type View } from "../../storage/store.ts";

/** One entry of the mount, read through its schema and changed without losing what somebody else wrote meanwhile. */

export const readStored = async <T>(storage: View, address: Address, schema: z.ZodType<T>): Promise<T | undefined> => {
  const entry = await storage.get(address);
  return entry && schema.parse(entry.body);
};

const TRIES = 4;

/**
 * Replaces an entry by what `change` makes of it. `change` may run several times when writes race; what it throws
 * ends the attempt and nothing is written.
 */
export const changeStored = async <T extends JsonObject>(
  storage: View,
  address: Address,
  schema: z.ZodType<T>,
  change: (previous: T | undefined) => T | Promise<T>,
): Promise<T> => {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const entry = await storage.get(address);
    const body = await change(entry && schema.parse(entry.body));
    try {
      await storage.write([{ op: "put", address, body, when: entry ? { n: entry.n } : "absent" }]);
      return body;
    } catch (cause) {
      if (!(cause instanceof ConditionFailed)) throw cause;
    }
  }
  throw new VaultError("storage_unavailable", { reason: "too many writers of one entry", retryAfter: 1 });
};
