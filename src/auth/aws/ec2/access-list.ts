import { z } from "zod";
import { invalidRequest } from "../../../framework/index.ts";
import { sameSecret } from "../../../std/same-secret.ts";
import { rfc3339 } from "../../../std/time.ts";
import type { Address, View } from "../../../storage/store.ts";
import { readStored } from "../stored.ts";
import { ACCESS_LIST, countsStill } from "./tidy.ts";

/**
 * The access list: who logged in first for an instance. A document can be read by every program on its instance and has
 * no end, so the first login leaves a nonce that later ones must know. Pure but for reading and addressing.
 *
 * Security: nonces are compared whole and in constant time, so no other spelling of one is the same. `pendingTime` never
 * goes back; once re-authentication was turned off for an entry, only its removal turns it on.
 *
 * Source: Vault, `builtin/credential/aws/path_login.go`.
 */

export const AccessEntry = z.object({
  role: z.string(),
  /** Empty where re-authentication is turned off. */
  client_nonce: z.string(),
  /** Milliseconds, as every time here but the document's own. */
  creation_time: z.number(),
  disallow_reauthentication: z.boolean(),
  pending_time: z.string(),
  expiration_time: z.number(),
  last_updated_time: z.number(),
});
export type AccessEntry = z.output<typeof AccessEntry>;

/** What a read shows: the times as text. */
export const AccessEntryShown = z.object({
  role: z.string(),
  client_nonce: z.string(),
  creation_time: z.string(),
  disallow_reauthentication: z.boolean(),
  pending_time: z.string(),
  expiration_time: z.string(),
  last_updated_time: z.string(),
});

/** Vault's nonce for "no nonce": whoever sends it wants no second login. */
const DISABLED = "reauthentication-disabled-nonce";
const MOST_BYTES = 128;

export const accessAddress = (storage: View, instanceId: string): Address =>
  storage.at(`${ACCESS_LIST.prefix}${instanceId}`);

/** The entry of an instance, if it still counts. */
export const findAccessEntry = async (
  storage: View,
  instanceId: string,
  now: number,
): Promise<AccessEntry | undefined> => {
  const entry = await readStored(storage, accessAddress(storage, instanceId), AccessEntry);
  return entry && (await countsStill(storage, ACCESS_LIST, now))(entry) ? entry : undefined;
};

export const shownAccessEntry = (entry: AccessEntry): z.output<typeof AccessEntryShown> => ({
  ...entry,
  creation_time: rfc3339(entry.creation_time),
  expiration_time: rfc3339(entry.expiration_time),
  last_updated_time: rfc3339(entry.last_updated_time),
});

/** A login as the access list looks at it. */
export interface Attempt {
  readonly role: string;
  /** Absent: not given. Empty: no second login is wanted. */
  readonly nonce: string | undefined;
  readonly pendingTime: string;
  readonly allowMigration: boolean;
  /** By the role or the role tag. */
  readonly disallow: boolean;
  /** Seconds that may have passed since the instance was started, for a login without the right nonce; 0: any number. */
  readonly maxAge: number;
  /** Milliseconds. */
  readonly now: number;
  readonly expires: number;
}

export interface Admitted {
  readonly entry: AccessEntry;
  /** A nonce made for the caller, who must be told. */
  readonly shown: string | undefined;
}

const wantsNoSecond = (given: string | undefined): boolean =>
  given !== undefined && (given === "" || sameSecret(given, DISABLED));

const checkAge = ({ maxAge, now, pendingTime }: Attempt): void => {
  if (maxAge > 0 && now - Date.parse(pendingTime) > maxAge * 1000)
    throw invalidRequest("instance identity document is older than max_document_age allows");
};

/** Whether the nonce is the stored one. Throws where neither it nor a migration lets the caller in again. */
const isSameClient = (before: AccessEntry, attempt: Attempt): boolean => {
  if (before.disallow_reauthentication || wantsNoSecond(attempt.nonce))
    throw invalidRequest("reauthentication is disabled");
  if (before.client_nonce === "") throw invalidRequest("client nonce missing in stored identity");
  const [given, stored] = [Date.parse(attempt.pendingTime), Date.parse(before.pending_time)];
  const same = attempt.nonce !== undefined && sameSecret(attempt.nonce, before.client_nonce);
  if (!same && !attempt.allowMigration) throw invalidRequest("client nonce mismatch");
  if (!same && given <= stored) throw invalidRequest("client nonce mismatch and instance meta-data incorrect");
  if (given < stored) throw invalidRequest("instance meta-data is older than the one used for previous login");
  return same;
};

/**
 * The entry after a login, or a refusal with Vault's texts. `makeNonce` is called for a caller who sent none and becomes
 * the instance's client: at its first login, and after a migration.
 */
export const admit = (before: AccessEntry | undefined, attempt: Attempt, makeNonce: () => string): Admitted => {
  const same = before !== undefined && isSameClient(before, attempt);
  if (!same) checkAge(attempt);
  const disallow = attempt.disallow || wantsNoSecond(attempt.nonce) || before?.disallow_reauthentication === true;
  const made = !same && !disallow && attempt.nonce === undefined ? makeNonce() : undefined;
  const current = same ? before.client_nonce : (attempt.nonce ?? made ?? "");
  if (!disallow && Buffer.byteLength(current) > MOST_BYTES)
    throw invalidRequest("client nonce exceeding the limit of 128 characters");
  return {
    entry: {
      role: before?.role ?? attempt.role,
      client_nonce: disallow ? "" : current,
      creation_time: before?.creation_time ?? attempt.now,
      disallow_reauthentication: disallow,
      pending_time: attempt.pendingTime,
      expiration_time: attempt.expires,
      last_updated_time: attempt.now,
    },
    shown: made,
  };
};
