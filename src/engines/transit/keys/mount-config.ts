import { z } from "zod";
import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import type { Address, Entry, View } from "../../../storage/store.ts";

/** What is set for all keys of a mount: whether encrypting makes keys, and how many versions a process keeps in memory. */

const LEAST_CACHE = 10;

export const CacheConfig = z.object({ size: z.int().nonnegative() });
export const KeysConfig = z.object({ disable_upsert: z.boolean() });

export const cacheAddress = (view: View): Address => view.at("config/cache");
export const keysAddress = (view: View): Address => view.at("config/keys");

export const cacheConfigIn = (entry: Entry | undefined): z.output<typeof CacheConfig> =>
  entry ? CacheConfig.parse(entry.body) : { size: 0 };

export const readCacheConfig = async ({ storage }: BackendContext): Promise<z.output<typeof CacheConfig>> =>
  cacheConfigIn(await storage.get(cacheAddress(storage)));

/** `size`: 0, no bound but the process's own, or 10 at least. Processes follow when they next read a version. */
export const writeCacheConfig = async (
  size: number,
  { storage }: BackendContext,
): Promise<z.output<typeof CacheConfig>> => {
  if (size !== 0 && size < LEAST_CACHE) {
    throw invalidRequest(`size must be 0 or a value greater or equal to ${LEAST_CACHE}`);
  }
  await storage.write([{ op: "put", address: cacheAddress(storage), body: { size }, when: "any" }]);
  return { size };
};

export const readKeysConfig = async ({ storage }: BackendContext): Promise<z.output<typeof KeysConfig>> => {
  const entry = await storage.get(keysAddress(storage));
  return entry ? KeysConfig.parse(entry.body) : { disable_upsert: false };
};

export const writeKeysConfig = async (
  disable_upsert: boolean,
  { storage }: BackendContext,
): Promise<z.output<typeof KeysConfig>> => {
  await storage.write([{ op: "put", address: keysAddress(storage), body: { disable_upsert }, when: "any" }]);
  return { disable_upsert };
};
