import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { DurationError, formatDuration, parseDuration, seconds } from "../../std/time.ts";
import type { Address, View } from "../../storage/store.ts";

/** `config/lease`: how long keys of IAM users live. Sessions of STS have an end of their own. */

const StoredLease = z.object({
  /** Seconds. */
  lease: z.number(),
  lease_max: z.number(),
});

export const LeaseInput = z.object({
  lease: field.text("Lifetime of a user's key, as a duration with its unit: 30m."),
  lease_max: field.text("Longest lifetime with renewals: 12h."),
});
type LeaseInput = z.output<typeof LeaseInput>;

/** Durations as Go prints them. */
export const LeaseShown = z.object({ lease: z.string(), lease_max: z.string() });

export interface LeaseTimes {
  /** 0: the mount's. */
  readonly ttl: Seconds;
  readonly maxTtl: Seconds;
}

const address = (view: View): Address => view.at("config/lease");

const read = async (view: View) => {
  const entry = await view.get(address(view));
  return entry && StoredLease.parse(entry.body);
};

export const leaseTimes = async (view: View): Promise<LeaseTimes> => {
  const { lease, lease_max } = (await read(view)) ?? { lease: 0, lease_max: 0 };
  return { ttl: seconds(lease), maxTtl: seconds(lease_max) };
};

export const showLease = async (view: View): Promise<z.output<typeof LeaseShown> | undefined> => {
  const stored = await read(view);
  return (
    stored && { lease: formatDuration(seconds(stored.lease)), lease_max: formatDuration(seconds(stored.lease_max)) }
  );
};

const durationOf = (name: "lease" | "lease_max", text: string | undefined): Seconds => {
  if (!text) throw invalidRequest(`'${name}' is a required parameter`);
  try {
    // Go's parser, which Vault uses here, takes no number without a unit.
    if (/^[+-]?\d+$/.test(text) && Number(text) !== 0)
      throw new DurationError(`time: missing unit in duration "${text.slice(0, 20)}"`);
    const value = parseDuration(text);
    if (value < 0) throw new DurationError("it is negative");
    return value;
  } catch (cause) {
    if (!(cause instanceof DurationError)) throw cause;
    throw invalidRequest(`Invalid ${name}: ${cause.message}`, { cause });
  }
};

/** Throws `invalid_request` with Vault's texts. */
export const writeLease = async (input: LeaseInput, cx: BackendContext): Promise<void> => {
  const body = { lease: durationOf("lease", input.lease), lease_max: durationOf("lease_max", input.lease_max) };
  await cx.storage.write([{ op: "put", address: address(cx.storage), body, when: "any" }]);
};
