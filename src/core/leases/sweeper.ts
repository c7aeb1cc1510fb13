import { as, type EpochSeconds } from "../../std/brand.ts";
import type { JsonValue } from "../../std/json.ts";
import { epochSeconds } from "../../std/time.ts";
import { DOMAINS, sweeperMarkAddress, tokenPartition } from "../../storage/keys.ts";
import type { Address } from "../../storage/store.ts";
import { minuteBucket, SHARDS } from "../expiry.ts";
import { fromSealed } from "../sealed.ts";
import type { Core, Lease, Token } from "../services.ts";
import type { Revocation } from "./revocation.ts";

/**
 * What ends leases and cleans up tokens: the sweeper walks the expiry index from its watermark to now; the TTL stream
 * brings what DynamoDB removed before the sweeper came to it. Both run the same revocation, and both may run twice.
 */

const TOKENS = tokenPartition("");
/** The index is eventually consistent: the last minutes are looked at again. */
const RESCAN_SECONDS = 120;
const BATCH = 100;
/** An item that cannot even be opened holds the watermark back for a day, then the TTL stream's dead letters have it. */
const GIVE_UP_SECONDS = 86400;

export const createSweeper = (core: () => Core, revocation: Revocation) => {
  const domainOf = (pk: string): string => (pk.startsWith(TOKENS) ? DOMAINS.token : DOMAINS.lease);

  const endOne = async (address: Address): Promise<boolean> => {
    const [entry] = await core().store.get([{ ...address, domain: domainOf(address.pk) }]);
    if (!entry) return true;
    // The index may lag behind a renewal; the item itself says when it is due.
    if (entry.clear.exp === undefined || entry.clear.exp > epochSeconds(core().clock.now())) return true;
    if (address.pk.startsWith(TOKENS)) {
      const token = fromSealed<Token>(entry.body);
      if (token.revoked || token.tombstone) await core().tokens.cleanUp(token);
      else await core().tokens.revoke(token.tag);
      return true;
    }
    return (await revocation.expire(entry)) !== "failed";
  };

  /** One minute of ends: `more` when time ran out or a page was full, `failed` when an item could not be ended. */
  const sweepMinute = async (
    bucket: string,
    deadlineMs: number,
    count: { revoked: number; failed: number },
  ): Promise<"done" | "more" | "failed"> => {
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
    const due = await Promise.all(shards.map((shard) => core().store.due(bucket, shard, "lease", BATCH)));
    let failed = false;
    for (const address of due.flat()) {
      if (core().clock.now() >= deadlineMs) return "more";
      try {
        if (await endOne(address)) count.revoked++;
        else count.failed++;
      } catch (cause) {
        count.failed++;
        failed = true;
        core().log("sweeper could not end an item", { error: cause instanceof Error ? cause.name : "unknown" });
      }
    }
    if (failed) return "failed";
    return due.some((page) => page.length === BATCH) ? "more" : "done";
  };

  const sweep = async (deadlineMs: number): Promise<{ revoked: number; failed: number }> => {
    const count = { revoked: 0, failed: 0 };
    const now = epochSeconds(core().clock.now());
    const [mark] = await core().store.get([sweeperMarkAddress]);
    const saved = mark ? fromSealed<{ at: number }>(mark.body).at : now;
    let at = Math.floor((Math.min(saved, now) - RESCAN_SECONDS) / 60) * 60;
    let reached = at;
    let whole = true;
    for (; at <= now && core().clock.now() < deadlineMs; at += 60) {
      const state = await sweepMinute(minuteBucket(as<EpochSeconds>(at)), deadlineMs, count);
      whole &&= state === "done" || (state === "failed" && at < now - GIVE_UP_SECONDS);
      if (whole) reached = at;
    }
    if (!mark || reached > saved || saved - reached >= 60) {
      await core().store.write([
        { op: "put", address: sweeperMarkAddress, body: { at: Math.min(reached, now) }, when: "any" },
      ]);
    }
    return count;
  };

  const removed = async (entry: { pk: string; sk: string; body: JsonValue }): Promise<void> => {
    if (entry.pk.startsWith("lease#") && entry.sk === "l") {
      const lease = fromSealed<Lease>(entry.body as object & JsonValue);
      await revocation.finish(lease);
    } else if (entry.pk.startsWith("token#") && entry.sk === "t") {
      const token = fromSealed<Token>(entry.body as object & JsonValue);
      if (!token.wrap) await core().tokens.cleanUp(token);
    }
  };

  return { sweep, removed };
};
