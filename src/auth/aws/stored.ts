import type { z } from "zod";
import type { Address, View } from "../../storage/store.ts";

/** One entry of the mount, read through its schema. */
export const readStored = async <T>(storage: View, address: Address, schema: z.ZodType<T>): Promise<T | undefined> => {
  const entry = await storage.get(address);
  return entry && schema.parse(entry.body);
};
