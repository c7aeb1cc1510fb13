import { EXPIRY_SHARDS } from "../../contract/table.ts";
import type { EpochSeconds } from "../../std/brand.ts";
import { as, type Seconds } from "../../std/brand.ts";
import { shardOf } from "../../std/shard.ts";
import { plus } from "../../std/time.ts";
import type { Clear } from "../../storage/store.ts";

/**
 * Where the end of an item is found in the expiry index: its minute, spread over shards so that no partition is hot.
 */

/** DynamoDB's TTL removes an item only after the sweeper has had its turn. */
const TTL_GRACE = as<Seconds>(86_400);

/** `202611222105`: the minute of an end, in UTC. */
export const minuteBucket = (at: EpochSeconds): string =>
  new Date(at * 1000).toISOString().slice(0, 16).replace(/[-T:]/g, "");

/** Clear attributes of an item that ends and has something to clean up then. `0` never ends. */
export const ending = (expires: EpochSeconds, tag: string, grace: Seconds = TTL_GRACE): Clear =>
  expires === 0
    ? {}
    : { exp: expires, ttl: plus(expires, grace), bucket: minuteBucket(expires), shard: shardOf(tag, EXPIRY_SHARDS) };

/** Clear attributes of an item that simply vanishes. */
export const vanishing = (expires: EpochSeconds, grace: Seconds = as<Seconds>(0)): Clear =>
  expires === 0 ? {} : { exp: expires, ttl: plus(expires, grace) };

export const hasEnded = (expires: EpochSeconds, nowMs: number): boolean => expires !== 0 && expires * 1000 <= nowMs;

export const NEVER = as<EpochSeconds>(0);
