import { invalidRequest, VaultError } from "../../framework/index.ts";
import type { MountId } from "../../std/brand.ts";
import type { JsonObject } from "../../std/json.ts";
import { workThrough } from "../../std/pool.ts";
import { cut } from "../../std/shown.ts";
import { untilWritten } from "../../storage/change.ts";
import type { Core } from "../core.ts";
import type { JobHandler } from "../jobs/jobs.ts";
import { placeOf } from "../jobs/place.ts";
import type { FoundRow, LeaseIndex } from "./listing.ts";
import type { Leases, Revoked } from "./types.ts";

/**
 * Revoking many: below a prefix, or of a whole mount. A few at a time, until the deadline; the rest becomes a job
 * that ends each lease by the clock and leaves its backend to the sweeper. Every step may be repeated.
 */

const WIDTH = 8;
/** How long a revocation that nobody waits for is worked on before the answer. */
const AT_ONCE_MS = 2000;
/** A failure tells how many leases there were; counting stops at this number. */
const COUNTED = 10_000;

export interface PrefixParts {
  readonly listing: LeaseIndex;
  readonly revoke: (id: string, options: { readonly force: boolean }) => Promise<Revoked>;
  readonly expireNow: (id: string) => Promise<void>;
  readonly exists: (id: string) => Promise<boolean>;
}

const textOf = (cause: unknown): string =>
  cause instanceof VaultError ? (cause.wire ?? cause.reason) : "internal error";

const folderOf = (prefix: string): string => (prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`);

export const createPrefixRevocation = (core: () => Core, parts: PrefixParts) => {
  const { listing } = parts;

  const revokeRow = async (row: FoundRow, force: boolean): Promise<Revoked> => {
    if (row.token === undefined) return parts.revoke(row.id, { force });
    await core().tokens.revoke(row.token);
    // A token whose item is gone leaves its row behind when the clean-up was interrupted.
    await untilWritten(async () => core().store.write(await core().leaseCounts.leaving(row.address)));
    return "gone";
  };

  const failure = async (row: FoundRow, handled: number, cause: unknown, rest: () => AsyncGenerator<FoundRow>) => {
    if (!(cause instanceof VaultError) || cause.code !== "invalid_request") return cause;
    let total = handled;
    for await (const _ of rest()) if (++total >= COUNTED) break;
    return invalidRequest(`failed to revoke "${cut(row.id)}" (${handled + 1} / ${total}): ${textOf(cause)}`, { cause });
  };

  /** Revokes rows until the deadline. Throws at the first that fails. */
  const revokeAll = async (rows: () => AsyncGenerator<FoundRow>, force: boolean, deadlineMs: number) => {
    let handled = 0;
    let later = 0;
    const go = () => core().clock.now() < deadlineMs;
    const one = async (row: FoundRow): Promise<void> => {
      try {
        if ((await revokeRow(row, force)) === "later") later++;
        else handled++;
      } catch (cause) {
        throw await failure(row, handled, cause, rows);
      }
    };
    const whole = await workThrough(rows(), WIDTH, one, go);
    return { whole, done: whole && later === 0, handled };
  };

  const start = async (input: JsonObject): Promise<string> => {
    const job = core().jobs.begin("revoke-prefix", input);
    await core().store.write([job.write]);
    return job.id;
  };

  const revokePrefix: Leases["revokePrefix"] = async (given, { force, sync, deadlineMs }) => {
    if (await parts.exists(given)) {
      if (sync || force) await parts.revoke(given, { force });
      else await parts.expireNow(given);
      return {};
    }
    const prefix = folderOf(given);
    if (sync || force) {
      const { whole } = await revokeAll(() => listing.below(prefix), force, deadlineMs);
      return whole ? {} : { job: await start({ prefix, force }) };
    }
    const job = await start({ prefix, force });
    await core().jobs.run(job, Math.min(deadlineMs, core().clock.now() + AT_ONCE_MS));
    return { job };
  };

  /**
   * One turn of the job: ends what it finds by the clock. Forced ones are removed here, whatever their backend says.
   */
  const handler: JobHandler = async (job, deadlineMs) => {
    const prefix = typeof job.input["prefix"] === "string" ? job.input["prefix"] : "";
    const force = job.input["force"] === true;
    let handled = 0;
    let last = placeOf(job.input);
    const rows = listing.below(prefix, last);
    const one = async (row: FoundRow): Promise<void> => {
      if (force || row.token !== undefined) await revokeRow(row, force);
      else await parts.expireNow(row.id);
      handled++;
    };
    async function* noting(): AsyncGenerator<FoundRow> {
      for await (const row of rows) {
        yield row;
        last = { pk: row.address.pk, sk: row.address.sk };
      }
    }
    const done = await workThrough(noting(), WIDTH, one, () => core().clock.now() < deadlineMs);
    return { done, handled, input: last ? { ...job.input, after: { ...last } } : job.input };
  };

  const revokeMount = (mountId: MountId, deadlineMs: number) =>
    revokeAll(() => listing.ofMount(mountId), false, deadlineMs);

  return { revokePrefix, revokeMount, handler };
};
