import { X509Certificate } from "node:crypto";
import { workThrough } from "../../../../std/pool.ts";
import { tryWrite } from "../../../../storage/change.ts";
import type { Entry, View } from "../../../../storage/store.ts";
import type { Issuer } from "../../authorities/authority.ts";
import { REVOKED, StoredRevocation } from "../../model.ts";
import { UNLISTED, Unlisted } from "../rows.ts";

/** The revocations of a mount: all of them, and those that no complete list has yet. */

/** An entry with its body read. */
export interface Row<T> {
  readonly entry: Entry;
  readonly row: T;
}

/** A first look; a mount with more is read in ranges side by side. */
const PAGE = 1000;
const SIDE_BY_SIDE = 8;
/** What a tag begins with. */
const BEGINNINGS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"];

const readRange = async (
  view: View,
  record: string,
  prefix: string,
  take: (entry: Entry) => void | Promise<void>,
): Promise<void> => {
  let after: string | undefined;
  do {
    const page = await view.items(record, { prefix, after, limit: PAGE });
    for (const entry of page.items) await take(entry);
    after = page.next;
  } while (after !== undefined);
};

/** Every entry of a record, in no order. */
export const readAll = async (
  view: View,
  record: string,
  take: (entry: Entry) => void | Promise<void>,
): Promise<void> => {
  const first = await view.items(record, { limit: PAGE });
  if (first.next === undefined) {
    for (const entry of first.items) await take(entry);
    return;
  }
  await workThrough(BEGINNINGS, SIDE_BY_SIDE, (prefix) => readRange(view, record, prefix, take));
};

/** What no complete list has yet. */
export const readUnlisted = async (view: View): Promise<readonly Row<Unlisted>[]> => {
  const rows: Row<Unlisted>[] = [];
  await readAll(view, UNLISTED, (entry) => {
    rows.push({ entry, row: Unlisted.parse(entry.body) });
  });
  return rows;
};

/** Whether the issuer's key signed the certificate, under its name. */
export const isIssuedBy = (certificate: X509Certificate, { certificate: { x509 } }: Pick<Issuer, "certificate">) =>
  certificate.checkIssued(x509) && certificate.verify(x509.publicKey);

/** The issuer of a certificate among those there are; `""`: none. */
export const issuerOf = (der: Uint8Array, issuers: readonly Issuer[]): string => {
  const certificate = new X509Certificate(der);
  return issuers.find((issuer) => isIssuedBy(certificate, issuer))?.stored.id ?? "";
};

/**
 * All revocations, each with an issuer that is there, or with none. One whose issuer went, and came back under another
 * id, is written again, so that the next time is cheaper. Issuers of the mount are left out where `StoredIssuer` says
 * that they are revoked, and where they signed themselves: no list holds its own signer.
 */
export const readRevocations = async (view: View, issuers: readonly Issuer[]): Promise<readonly Unlisted[]> => {
  const ids = new Set(issuers.map(({ stored }) => stored.id));
  const own = new Map(issuers.map((issuer) => [issuer.certificate.der.toString("base64"), issuer]));
  const found: Unlisted[] = [];
  await readAll(view, REVOKED, async (entry) => {
    const row = StoredRevocation.parse(entry.body);
    const self = own.get(row.certificate);
    if (self && (self.stored.revoked > 0 || isIssuedBy(self.certificate.x509, self))) return;
    const issuerId = ids.has(row.issuerId) ? row.issuerId : issuerOf(Buffer.from(row.certificate, "base64"), issuers);
    if (issuerId !== row.issuerId && issuerId !== "") {
      const { address, n } = entry;
      await tryWrite(view, [{ op: "put", address, body: { ...row, issuerId }, when: { n } }]);
    }
    found.push({ serial: row.serial, revoked: row.revoked, reason: row.reason, issuerId });
  });
  return found;
};
