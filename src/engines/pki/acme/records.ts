import { z } from "zod";
import { CHALLENGE_KINDS } from "../../../framework/index.ts";
import { as, type EpochSeconds } from "../../../std/brand.ts";
import type { JsonObject } from "../../../std/json.ts";
import type { Address, Clear, View } from "../../../storage/store.ts";

/**
 * What the ACME server keeps. An account is a record with a partition of its own, `acme/<id>`, with its orders and
 * authorizations; bindings, thumbprints and used nonces are entries of the mount.
 */

const epoch = z.int();

/** `eab/<id>` until it is used; its key is its secret `key`. */
export const StoredBinding = z.object({
  id: z.string(),
  /** The directory that it is for, `roles/web/acme/`. */
  directory: z.string(),
  /** Epoch milliseconds. */
  created: epoch,
});
export type StoredBinding = z.output<typeof StoredBinding>;

export const StoredAccount = z.object({
  /** A UUID. */
  id: z.string(),
  status: z.enum(["valid", "deactivated", "revoked"]),
  contact: z.array(z.string()),
  /** The public key, with the members that its thumbprint needs. */
  jwk: z.record(z.string(), z.string()),
  thumbprint: z.string(),
  directory: z.string(),
  /** Epoch milliseconds. */
  created: epoch,
  /** When it was deactivated or revoked, epoch milliseconds; 0: it was not. */
  ended: epoch,
  /** The binding that it was made with; `""`: none. */
  binding: z.string(),
});
export type StoredAccount = z.output<typeof StoredAccount>;

export const Identifier = z.object({
  type: z.enum(["dns", "ip"]),
  /** As the client wrote it. */
  value: z.string(),
  /** What is proved: a name without `*.`. */
  proved: z.string(),
  wildcard: z.boolean(),
});
export type Identifier = z.output<typeof Identifier>;

export const StoredOrder = z.object({
  id: z.string(),
  /** `open`: what it is follows from its authorizations and its end. */
  status: z.enum(["open", "valid"]),
  /** Epoch milliseconds. */
  created: epoch,
  expires: epoch,
  identifiers: z.array(Identifier),
  /** Ids, in the order of the identifiers. */
  authorizations: z.array(z.string()),
  /** Of a valid order. */
  serial: z.string(),
  issuerId: z.string(),
  /** When its certificate ends, epoch seconds; 0: it has none yet. */
  notAfter: epoch,
});
export type StoredOrder = z.output<typeof StoredOrder>;

const Failure = z.object({ type: z.enum(["connection", "dns", "incorrectResponse", "tls"]), detail: z.string() });

export const StoredChallenge = z.object({
  kind: z.enum(CHALLENGE_KINDS),
  token: z.string(),
  status: z.enum(["pending", "processing", "valid", "invalid"]),
  /** Epoch milliseconds; 0: not proved. */
  validated: epoch,
  failure: Failure.optional(),
});
export type StoredChallenge = z.output<typeof StoredChallenge>;

export const StoredAuthorization = z.object({
  id: z.string(),
  identifier: Identifier,
  status: z.enum(["pending", "valid", "invalid", "deactivated"]),
  /** Epoch milliseconds; 0: not before it is valid. */
  expires: epoch,
  challenges: z.array(StoredChallenge),
});
export type StoredAuthorization = z.output<typeof StoredAuthorization>;

export const configAddress = (view: View): Address => view.at("config/acme");
export const bindingAddress = (view: View, id: string): Address => view.at(`eab/${id}`);
export const thumbprintAddress = (view: View, thumbprint: string): Address => view.at(`acme/key/${thumbprint}`);
export const nonceAddress = (view: View, nonce: string): Address => view.at(`acme/nonce/${nonce}`);

/** What the listing entries of accounts begin with. */
export const ACCOUNTS = "acme/";
export const accountRecord = (id: string): string => `${ACCOUNTS}${id}`;
export const ORDERS = "order#";
export const accountAddress = (view: View, id: string): Address => view.record(accountRecord(id), "account");
export const orderAddress = (view: View, account: string, id: string): Address =>
  view.record(accountRecord(account), `${ORDERS}${id}`);
export const authorizationAddress = (view: View, account: string, id: string): Address =>
  view.record(accountRecord(account), `authorization#${id}`);

/** A body that storage takes: absent members are left out. */
export const bodyOf = (value: StoredAccount | StoredOrder | StoredAuthorization | StoredBinding): JsonObject =>
  JSON.parse(JSON.stringify(value)) as JsonObject;

/** Removed by the table some time after its end, whether or not anybody tidies. `endMs`: epoch milliseconds. */
export const vanishesAfter = (endMs: number, graceSeconds: number): Clear => {
  const end = Math.ceil(endMs / 1000);
  return { exp: as<EpochSeconds>(end), ttl: as<EpochSeconds>(end + graceSeconds) };
};
