import { z } from "zod";
import { defined } from "../std/defined.ts";
import { VaultError } from "../std/errors.ts";
import { workThrough } from "../std/pool.ts";
import { rfc3339 } from "../std/time.ts";
import type { Address, Entry, View } from "../storage/store.ts";
import { allRecords } from "./records.ts";

/**
 * What engines share that replace a credential from time to time (static roles): which roles are due, several at a time,
 * and when one that failed is tried again. What a role is, and how its credential is replaced, stays the engine's.
 */

/** A failed rotation is tried again after ten seconds, then after twice as long each time. */
const RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 600_000;
/** How many roles of a mount are rotated side by side. */
const WIDTH = 4;

/** What a role remembers of rotations that failed, until one succeeds. */
export interface Attempts {
  /** Before this no other try; epoch milliseconds. */
  readonly retry: number;
  readonly failures: number;
  readonly error: string;
}

export const NO_FAILURES: Attempts = { retry: 0, failures: 0, error: "" };

/** A failure as a role keeps it. */
export const rotationError = (cause: unknown): string =>
  cause instanceof VaultError ? (cause.wire ?? cause.code) : "internal error";

/** After one more failure. */
export const oneMoreFailure = ({ failures }: Attempts, cause: VaultError, now: number): Attempts => ({
  failures: failures + 1,
  error: rotationError(cause),
  retry: now + Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(failures, 10)),
});

/** What a read shows of the last rotation, and of those that failed since: why, how often, and when it is tried again. */
export const rotationShown = {
  last_vault_rotation: z.string().optional(),
  last_rotation_error: z.string().optional(),
  failed_rotations: z.number().optional(),
  next_rotation_attempt: z.string().optional(),
};

/** `rotated`: the last rotation, epoch milliseconds; 0: none yet. */
export const showRotation = ({ rotated, failures, error, retry }: Attempts & { readonly rotated: number }) =>
  defined({
    last_vault_rotation: rotated > 0 ? rfc3339(rotated) : undefined,
    last_rotation_error: failures > 0 ? error : undefined,
    failed_rotations: failures > 0 ? failures : undefined,
    next_rotation_attempt: failures > 0 ? rfc3339(retry) : undefined,
  });

/** Names of the records below a prefix of the mount's keys that are due. */
export const dueNames = async (
  view: View,
  prefix: string,
  addressOf: (name: string) => Address,
  isDue: (entry: Entry) => boolean,
): Promise<readonly string[]> => {
  const due: string[] = [];
  for await (const [name, entry] of allRecords(view, prefix, addressOf)) if (isDue(entry)) due.push(name);
  return due;
};

/**
 * Rotates each, as long as `go` says. `one` answers why it failed, if it did. Answers a text for those who watch the
 * mount; `undefined`: none failed.
 */
export const rotateEach = async (
  names: readonly string[],
  one: (name: string) => Promise<string | undefined>,
  go: () => boolean,
): Promise<string | undefined> => {
  const failures: string[] = [];
  await workThrough(
    names,
    WIDTH,
    async (name) => {
      const failure = await one(name);
      if (failure !== undefined) failures.push(failure);
    },
    go,
  );
  const [first] = failures;
  return first === undefined ? undefined : `static roles not rotated: ${failures.length}; the first: ${first}`;
};
