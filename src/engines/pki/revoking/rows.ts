import type { BackendContext } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import type { Address, View, Write } from "../../../storage/store.ts";
import type { Certificate } from "../../../x509/index.ts";
import {
  CERTIFICATES,
  certificateAddress,
  REVOKED,
  revocationAddress,
  StoredCertificate,
  StoredRevocation,
} from "../model.ts";
import { serialOf } from "./serials.ts";

/**
 * The rows that say which certificates there are, and which of them are revoked. Every room that makes or revokes
 * certificates stores them by this, so that listing, revoking and tidying find them.
 */

/** The row of a certificate that an issuer of the mount signed. */
export const rowOf = (certificate: Certificate, issuerId: string): StoredCertificate => ({
  serial: serialOf(certificate),
  certificate: certificate.der.toString("base64"),
  issuerId,
  notAfter: Math.floor(certificate.notAfter / 1000),
});

/** A certificate of the mount, by its number as `serials.ts` writes it. */
export const findCertificate = async (
  { storage }: BackendContext,
  serial: string,
): Promise<StoredCertificate | undefined> => {
  const entry = await storage.get(certificateAddress(storage, serial));
  return entry && StoredCertificate.parse(entry.body);
};

export const findRevocation = async (
  { storage }: BackendContext,
  serial: string,
): Promise<StoredRevocation | undefined> => {
  const entry = await storage.get(revocationAddress(storage, serial));
  return entry && StoredRevocation.parse(entry.body);
};

/** Stores a new certificate. Fails where its number is taken: no row of a certificate is ever replaced by another's. */
export const certificateWrite = (storage: View, row: StoredCertificate): Write => ({
  op: "put",
  address: certificateAddress(storage, row.serial),
  body: defined(row),
  when: "absent",
});

/**
 * Revocations that no complete list has yet: a record of their own, so that whoever builds a list finds what is new
 * without reading all there is. An item is there from the transaction that revokes until a list holds it.
 */
export const UNLISTED = "unlisted";
export const unlistedAddress = (view: View, serial: string): Address => view.record(UNLISTED, view.tag(serial));

/** What a list says of a revocation. */
export const Unlisted = StoredRevocation.omit({ certificate: true, notAfter: true });
export type Unlisted = Omit<StoredRevocation, "certificate" | "notAfter">;

/** Revokes a certificate, once: of two that revoke it, the second fails, and the first's time stands. */
export const revocationWrites = (storage: View, row: StoredRevocation): readonly [Write, Write] => [
  { op: "put", address: revocationAddress(storage, row.serial), body: row, when: "absent" },
  { op: "put", address: unlistedAddress(storage, row.serial), body: Unlisted.parse(row), when: "any" },
];

/** What a new mount writes once, so that its removal finds the rows. */
export const rowListings = (storage: View): readonly Write[] =>
  [CERTIFICATES, REVOKED, UNLISTED].map((record) => ({
    op: "put",
    address: storage.listing(record),
    body: null,
    when: "any",
  }));
