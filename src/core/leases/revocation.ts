import { invalidRequest, VaultError } from "../../framework/index.ts";
import { as, type EpochSeconds, type Seconds } from "../../std/brand.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { heldLeaseAddress, leaseAddress } from "../../storage/keys.ts";
import { ConditionFailed, type Entry, type Write } from "../../storage/store.ts";
import { backendOf, makeContext } from "../context.ts";
import { ending } from "../expiry.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import type { Core, Lease } from "../services.ts";
import type { LeaseIndex } from "./listing.ts";

/**
 * Revoking: claim by a conditional write, ask the backend, remove. A claim lasts as long as a revocation may take;
 * when it lapses (a crash) the lease is due again. Failures back off and end as irrevocable: listed, never dropped.
 */

/** A claimed lease is nobody else's for this long. */
const CLAIM = seconds(90);
const MAX_ATTEMPTS = 6;
const RETRY_IRREVOCABLE = seconds(86400);
const ERROR_LENGTH = 240;

export interface Revocation {
  revoke(id: string, options?: { readonly force?: boolean }): Promise<void>;
  revokePrefix(
    prefix: string,
    options: { readonly force: boolean; readonly sync: boolean },
    expireNow: (id: string) => Promise<void>,
  ): Promise<void>;
  /** For the sweeper: by address; failures are recorded, not thrown. */
  expire(entry: Entry): Promise<"revoked" | "failed" | "busy">;
  /** For the stream: the item is gone already, so only the outside and the rows are left. */
  finish(lease: Lease): Promise<void>;
}

const unrecoverable = (cause: unknown): boolean =>
  cause instanceof VaultError &&
  (cause.code === "unsupported_path" || cause.code === "unsupported_operation" || cause.code === "invalid_request");

const textOf = (cause: unknown): string => {
  const text = cause instanceof VaultError ? (cause.wire ?? cause.reason) : "internal error";
  return (text === "" ? "unknown" : text).slice(0, ERROR_LENGTH);
};

export const createRevocation = (
  core: () => Core,
  parts: { readonly read: (id: string) => Promise<Entry | undefined>; readonly listing: LeaseIndex },
): Revocation => {
  const { read, listing } = parts;
  const now = (): EpochSeconds => epochSeconds(core().clock.now());
  const tagOf = async (id: string): Promise<string> => (await core().store.names("lease")).tag(id);

  const atBackend = async (lease: Lease): Promise<void> => {
    const mount = await listing.mountOf(lease);
    const hooks = mount && (await backendOf(core(), mount))?.leases?.[lease.type];
    if (!mount || !hooks) {
      throw new VaultError("unsupported_path", { wire: "unsupported path", reason: "mount of the lease is gone" });
    }
    const cx = await makeContext(core(), mount, { generatePassword: async () => undefined });
    const { id, type, internal, expires } = lease;
    await hooks.revoke({ id, type, internal, issued: epochSeconds(lease.issuedMs), expires }, cx);
  };

  const remove = async (lease: Lease): Promise<void> => {
    const tag = await tagOf(lease.id);
    const writes: Write[] = [
      { op: "delete", address: await listing.address(lease), when: "any" },
      { op: "delete", address: heldLeaseAddress(lease.token, tag), when: "any" },
      { op: "delete", address: listing.irrevocableAddress(tag), when: "any" },
      { op: "delete", address: leaseAddress(tag), when: "any" },
    ];
    await core().store.write(writes);
  };

  /** Takes the lease for this revoker; nobody else revokes or renews it while the claim lasts. */
  const claim = async (entry: Entry): Promise<{ lease: Lease; n: number } | undefined> => {
    const lease = fromSealed<Lease>(entry.body);
    const claimed: Lease = { ...lease, state: lease.state === "irrevocable" ? "irrevocable" : "revoking" };
    const clear = ending(plus(now(), CLAIM), await tagOf(lease.id));
    try {
      await core().store.write([
        { op: "put", address: entry.address, body: toSealed(claimed), clear, when: { n: entry.n } },
      ]);
      const [after] = await core().store.get([entry.address]);
      return after && { lease: claimed, n: after.n };
    } catch (cause) {
      if (cause instanceof ConditionFailed) return undefined;
      throw cause;
    }
  };

  const backOff = (attempts: number): Seconds => {
    const spread = 0.5 + (core().random.bytes(1)[0] ?? 128) / 255;
    return seconds(10 * 2 ** attempts * spread);
  };

  const recordFailure = async (lease: Lease, cause: unknown): Promise<void> => {
    const tag = await tagOf(lease.id);
    const attempts = lease.attempts + 1;
    const exhausted = attempts >= MAX_ATTEMPTS;
    const final = exhausted || unrecoverable(cause) || lease.state === "irrevocable";
    const error = `${exhausted ? "out of retries: " : ""}${textOf(cause)}`.slice(0, ERROR_LENGTH);
    const next: Lease = { ...lease, attempts, error, state: final ? "irrevocable" : "revoking" };
    const retry = plus(now(), final ? RETRY_IRREVOCABLE : backOff(attempts));
    core().log(final ? "lease is irrevocable" : "lease revocation failed", { lease: tag, attempts });
    await core().store.write([
      { op: "put", address: leaseAddress(tag), body: toSealed(next), clear: ending(retry, tag), when: "present" },
      ...(final
        ? [{ op: "put" as const, address: listing.irrevocableAddress(tag), body: { lease: tag }, when: "any" as const }]
        : []),
    ]);
  };

  const run = async (entry: Entry, force: boolean): Promise<"revoked" | "busy"> => {
    const claimed = await core().crash("lease.revoke.claim", () => claim(entry));
    if (!claimed) return "busy";
    try {
      await core().crash("lease.revoke.backend", () => atBackend(claimed.lease));
    } catch (cause) {
      if (!force) {
        await recordFailure(claimed.lease, cause);
        throw cause;
      }
    }
    await core().crash("lease.revoke.remove", () => remove(claimed.lease));
    return "revoked";
  };

  const revoke = async (id: string, options: { readonly force?: boolean } = {}): Promise<void> => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const entry = await read(id);
      if (!entry) return;
      try {
        if ((await run(entry, options.force ?? false)) === "revoked") return;
      } catch (cause) {
        const wire = `failed to revoke entry: resp: (*logical.Response)(nil) err: ${textOf(cause)}`;
        throw invalidRequest(wire, { cause });
      }
    }
  };

  const revokeRow = async (row: { id: string; token?: string; accessor?: string }, force: boolean): Promise<void> => {
    if (row.accessor !== undefined && row.token !== undefined) await core().tokens.revoke(row.token);
    else await revoke(row.id, { force });
  };

  return {
    revoke,
    expire: async (entry) => {
      try {
        return await run(entry, false);
      } catch {
        return "failed";
      }
    },
    finish: async (lease) => {
      await atBackend(lease);
      await remove(lease);
    },
    revokePrefix: async (given, { force, sync }, expireNow) => {
      if (await read(given)) return sync || force ? revoke(given, { force }) : expireNow(given);
      const prefix = given === "" || given.endsWith("/") ? given : `${given}/`;
      const rows = [];
      for await (const row of listing.below(prefix)) if (row.id !== "") rows.push(row);
      for (const [index, row] of rows.entries()) {
        try {
          if (sync || force || row.accessor !== undefined) await revokeRow(row, force);
          else await expireNow(row.id);
        } catch (cause) {
          const why = cause instanceof VaultError ? (cause.wire ?? cause.reason) : "internal error";
          throw invalidRequest(`failed to revoke "${row.id}" (${index + 1} / ${rows.length}): ${why}`, { cause });
        }
      }
    },
  };
};

export const NO_END = as<EpochSeconds>(0);
