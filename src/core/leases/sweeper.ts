import { EXPIRY_SHARDS } from "../../contract/table.ts";
import { as, type EpochSeconds } from "../../std/brand.ts";
import type { JsonValue } from "../../std/json.ts";
import { workThrough } from "../../std/pool.ts";
import { epochSeconds } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import { isLease, isToken, sweeperMarkAddress } from "../../storage/keys.ts";
import type { Address } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { fromSealed } from "../sealed.ts";
import type { Token } from "../tokens/types.ts";
import { minuteBucket } from "./expiry.ts";
import { RevocationFailed } from "./failures.ts";
import type { Revocation } from "./revocation.ts";
import type { Lease, Sweep } from "./types.ts";

/**
 * What ends leases and cleans up tokens: the sweeper walks the expiry index, minute by minute, from its watermark to
 * now; the TTL stream delivers what DynamoDB removed before the sweeper reached it. Both run the same revocation, and
 * both may run twice.
 *
 * The watermark is a minute before which nothing is left to do. It never goes back, and never passes a minute that was
 * not finished.
 */

const MINUTE = 60;
/** The index is eventually consistent: the last minutes are looked at again. */
const RESCAN_SECONDS = 120;
const BATCH = 100;
const WIDTH = 8;
/** How often one minute is looked at in a sweep: the index may go on showing what has just ended. */
const ROUNDS = 50;
/**
 * An item that cannot even be opened holds the watermark back for a day; after that it is left to the dead letters of
 * the TTL stream.
 */
const GIVE_UP_SECONDS = 86400;

interface Count {
  revoked: number;
  failed: number;
}

interface Walk {
  readonly unfinished: number | undefined;
  readonly more: boolean;
}

export const createSweeper = (core: () => Core, revocation: Revocation) => {
  const now = (): EpochSeconds => epochSeconds(core().clock.now());

  /** Whether the item ended. A failed revocation has a new end already; anything else thrown leaves it where it is. */
  const endOne = async (address: Address): Promise<"ended" | "failed" | "not due"> => {
    const [entry] = await core().store.get([address]);
    // The index may lag behind a renewal or a removal; the item itself says when it is due.
    if (!entry || entry.clear.exp === undefined || entry.clear.exp > now()) return "not due";
    if (isToken(address)) {
      const token = fromSealed<Token>(entry.body);
      if (token.revoked || token.tombstone) await core().tokens.cleanUp(token);
      else await core().tokens.revoke(token.tag);
      return "ended";
    }
    try {
      return (await revocation.run(entry, false)) === "revoked" ? "ended" : "not due";
    } catch (cause) {
      if (cause instanceof RevocationFailed) return "failed";
      throw cause;
    }
  };

  /** One look at a minute: `again` when there may be more of it. */
  const lookAt = async (bucket: string, deadlineMs: number, count: Count): Promise<"done" | "again" | "stuck"> => {
    const shards = Array.from({ length: EXPIRY_SHARDS }, (_, shard) => shard);
    const due = await Promise.all(
      shards.map((shard) => core().store.due(bucket, shard, { until: now(), limit: BATCH })),
    );
    let stuck = false;
    let moved = 0;
    const one = async (address: Address): Promise<void> => {
      try {
        const state = await endOne(address);
        if (state === "not due") return;
        moved++;
        if (state === "ended") count.revoked++;
        else count.failed++;
      } catch (cause) {
        count.failed++;
        stuck = true;
        core().log("sweeper could not end an item", { error: cause instanceof Error ? cause.name : "unknown" });
      }
    };
    const whole = await workThrough(
      due.flatMap(({ items }) => items.map(({ address }) => address)),
      WIDTH,
      one,
      () => core().clock.now() < deadlineMs,
    );
    if (!whole) return "again";
    if (due.some(({ next }) => next !== undefined) && moved > 0) return "again";
    return stuck ? "stuck" : "done";
  };

  /** `stuck`: nothing left but what cannot be ended now; `more`: time or rounds were over first. */
  const sweepMinute = async (bucket: string, deadlineMs: number, count: Count): Promise<"done" | "stuck" | "more"> => {
    for (let round = 0; round < ROUNDS && core().clock.now() < deadlineMs; round++) {
      const state = await lookAt(bucket, deadlineMs, count);
      if (state !== "again") return state;
    }
    return "more";
  };

  /** Sweeps every minute of a span in turn. `unfinished`: the first minute to look at again. */
  const walk = async (from: number, to: EpochSeconds, deadlineMs: number, count: Count): Promise<Walk> => {
    let unfinished: number | undefined;
    let more = false;
    for (let at = Math.floor(from / MINUTE) * MINUTE; at <= to; at += MINUTE) {
      if (core().clock.now() >= deadlineMs) return { unfinished: unfinished ?? at, more: true };
      const state = await sweepMinute(minuteBucket(as<EpochSeconds>(at)), deadlineMs, count);
      if (state === "more") more = true;
      if (state !== "done" && at >= to - GIVE_UP_SECONDS) unfinished ??= at;
    }
    return { unfinished, more };
  };

  /** Moves the watermark forward, unless another sweeper was first. */
  const advance = async (seen: { readonly n: number } | undefined, at: number): Promise<void> => {
    const when = seen ? { n: seen.n } : "absent";
    await tryWrite(core().store, [{ op: "put", address: sweeperMarkAddress, body: { at }, when }]);
  };

  const sweep = async (deadlineMs: number): Promise<Sweep> => {
    const count = { revoked: 0, failed: 0 };
    const start = now();
    const [mark] = await core().store.get([sweeperMarkAddress]);
    const saved = mark ? Math.min(fromSealed<{ at: number }>(mark.body).at, start) : start;
    const { unfinished, more } = await walk(saved - RESCAN_SECONDS, start, deadlineMs, count);
    const reached = unfinished === undefined ? start : Math.min(start, unfinished + RESCAN_SECONDS);
    if (!mark || reached > saved) await advance(mark, Math.max(reached, saved));
    if (more && core().clock.now() >= deadlineMs) core().signal({ kind: "sweeper-backlog" });
    return { ...count, more };
  };

  const removed = async (entry: { pk: string; sk: string; body: JsonValue }): Promise<void> => {
    if (isLease(entry)) {
      await revocation.finish(fromSealed<Lease>(entry.body as object & JsonValue));
    } else if (isToken(entry)) {
      const token = fromSealed<Token>(entry.body as object & JsonValue);
      if (!token.wrap) await core().tokens.cleanUp(token);
    }
  };

  return { sweep, removed };
};
