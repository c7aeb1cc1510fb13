import { defined } from "../../../std/defined.ts";
import type { View, Write } from "../../../storage/store.ts";
import { CERTIFICATES, certificateAddress, REVOKED, type StoredCertificate } from "../model.ts";

/**
 * The rows that say which certificates there are. Every room that makes certificates stores them by this, so that
 * listing, revoking and tidying find them.
 */

/** Stores a new certificate. Fails where its number is taken: no row of a certificate is ever replaced by another's. */
export const certificateWrite = (storage: View, row: StoredCertificate): Write => ({
  op: "put",
  address: certificateAddress(storage, row.serial),
  body: defined(row),
  when: "absent",
});

/** What a new mount writes once, so that its removal finds the rows. */
export const rowListings = (storage: View): readonly Write[] =>
  [CERTIFICATES, REVOKED].map((record) => ({ op: "put", address: storage.listing(record), body: null, when: "any" }));
