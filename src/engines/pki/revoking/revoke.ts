import { z } from "zod";
import { type BackendContext, field, invalidRequest, type LeaseType } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { cut } from "../../../std/shown.ts";
import { shortRfc3339 } from "../../../std/time.ts";
import { untilWritten } from "../../../storage/change.ts";
import type { Address, View } from "../../../storage/store.ts";
import { allIssuers } from "../authorities/authority.ts";
import { findIndex } from "../authorities/index-entry.ts";
import {
  certificateAddress,
  type IssuersIndex,
  indexAddress,
  revocationAddress,
  type StoredRevocation,
} from "../model.ts";
import { type Brought, certificateIn, certificateOf, checkKeyText, proveKey } from "./brought.ts";
import { buildLists } from "./lists/build.ts";
import { isIssuedBy } from "./lists/revocations.ts";
import { headAddress } from "./lists/stored.ts";
import { certificateWrite, findCertificate, findRevocation, revocationWrites, unlistedAddress } from "./rows.ts";
import { serialGiven } from "./serials.ts";
import { findSettings, settingsAddress } from "./settings.ts";

/**
 * Revokes certificates: by number where the mount has them, else by themselves if one of its issuers signed them. The
 * row comes first, in a transaction that only the first of several can win; the list follows. A crash in between leaves
 * a revocation that the next one, or the schedule, puts on the list.
 *
 * Security: no answer says `revoked` before the list says so too, unless lists are rebuilt by schedule.
 */

export const RevokeInput = z.object({
  serial_number: field.text("Serial number, with colons or hyphens."),
  certificate: field.text("Certificate, PEM, signed by an issuer of the mount; instead of its number."),
});
export type RevokeInput = z.output<typeof RevokeInput>;
export const RevokeWithKeyInput = RevokeInput.extend({
  private_key: field.text("The certificate's private key, PEM: whoever holds it may revoke."),
});

export const RevokedShown = z.object({
  revocation_time: z.number().describe("epoch seconds"),
  revocation_time_rfc3339: z.string(),
  state: z.literal("revoked"),
});

/** What became of it. */
export type Revoked =
  | { readonly state: "revoked"; readonly revoked: number; readonly warnings: readonly string[] }
  /** It ended by itself, and the settings leave such certificates alone. */
  | { readonly state: "ended"; readonly warnings: readonly string[] };

/** What revoking by number reads, together with the token. */
export const revokePrefetch = ({ data }: { readonly data: JsonObject }, storage: View): readonly Address[] => {
  const given = data["serial_number"];
  const common = [indexAddress(storage), settingsAddress(storage), headAddress(storage)];
  if (typeof given !== "string" || given === "") return common;
  const serial = serialGiven(given);
  return [...common, certificateAddress(storage, serial), revocationAddress(storage, serial)];
};

/** A certificate to be revoked. */
interface Subject extends Pick<Brought, "serial" | "der" | "notAfter"> {
  readonly issuerId: string;
  /** Whether it was brought along: then its row is written too, where there is none. */
  readonly brought: boolean;
  /** The issuers of the mount at that moment. */
  readonly issuers: IssuersIndex["issuers"];
}

/** Leases are kept in whole seconds, so what is about to end has ended. */
const WIGGLE_MS = 2000;

const writeRevocation = async (subject: Subject, reason: number, cx: BackendContext): Promise<StoredRevocation> => {
  const { storage, clock } = cx;
  const { serial, der, notAfter, issuerId, brought } = subject;
  const certificate = der.toString("base64");
  const row = { serial, certificate, issuerId, notAfter, revoked: clock.now(), reason };
  const missing = brought && (await findCertificate(cx, serial)) === undefined;
  const own = missing ? [certificateWrite(storage, { serial, certificate, issuerId, notAfter })] : [];
  await cx.crash("pki.revoke", () => storage.write([...revocationWrites(storage, row), ...own]));
  return row;
};

/** Its list is made. One that was revoked before may still wait for its list. */
const listed = async (serial: string, isNew: boolean, cx: BackendContext): Promise<readonly string[]> => {
  const { storage } = cx;
  if (!isNew && (await storage.get(unlistedAddress(storage, serial))) === undefined) return [];
  return buildLists(cx, "new");
};

const UNEQUAL =
  "certificate with same serial but unequal value already present in this cluster's storage; refusing to revoke";

/** Another certificate of the same number says nothing about this one. */
const sameOrRefuse = (row: StoredRevocation, { der }: Subject): StoredRevocation => {
  if (!der.equals(Buffer.from(row.certificate, "base64"))) throw invalidRequest(UNEQUAL, { multi: true });
  return row;
};

const revokeSubject = async (subject: Subject, reason: number, cx: BackendContext): Promise<Revoked> => {
  const { clock } = cx;
  const { serial, notAfter } = subject;
  const issuer = subject.issuers.find((one) => one.serial === serial);
  if (issuer) throw invalidRequest(`adding issuer (id: ${issuer.id}) to its own CRL is not allowed`);
  const settings = await findSettings(cx);
  const isOver = notAfter * 1000 < clock.now() + WIGGLE_MS && !settings.allow_expired_cert_revocation;
  const done = await untilWritten(async () => {
    const row = await findRevocation(cx, serial);
    if (row) return { row: sameOrRefuse(row, subject), isNew: false };
    return isOver ? undefined : { row: await writeRevocation(subject, reason, cx), isNew: true };
  });
  if (done) {
    const warnings = settings.auto_rebuild ? [] : await listed(serial, done.isNew, cx);
    return { state: "revoked", revoked: done.row.revoked, warnings };
  }
  const why = `certificate with serial ${serial} already expired; refusing to add to CRL. Enable 'AllowExpiredCertRevocation' to allow revoking expired certificates.`;
  return { state: "ended", warnings: [why] };
};

/** The issuer that the row names, where it is still there; else the one whose key signed it; `""`: none. */
const withIssuer = async (certificate: Brought, named: string, cx: BackendContext) => {
  const { issuers } = await findIndex(cx);
  if (issuers.some(({ id }) => id === named)) return { issuers, issuerId: named };
  const signed = (await allIssuers(cx)).find((issuer) => isIssuedBy(certificate.x509, issuer));
  return { issuers, issuerId: signed?.stored.id ?? "" };
};

const FOREIGN =
  "unable to verify signature on presented cert from any present issuer in this mount; certificates from previous CAs will need to have their issuing CA and key re-imported if revocation is necessary";

/** What is to be revoked, and the certificate that a key must belong to. */
interface Found {
  readonly subject: Subject;
  readonly certificate: Brought;
}

const foundByNumber = async (serial: string, cx: BackendContext): Promise<Found | undefined> => {
  const row = await findCertificate(cx, serialGiven(serial));
  if (!row) return undefined;
  const certificate = certificateOf(Buffer.from(row.certificate, "base64"));
  const issuer = await withIssuer(certificate, row.issuerId, cx);
  return { certificate, subject: { ...certificate, ...issuer, brought: false } };
};

const foundBySelf = async (certificate: Brought, cx: BackendContext): Promise<Found> => {
  const row = await findCertificate(cx, certificate.serial);
  if (row && !certificate.der.equals(Buffer.from(row.certificate, "base64"))) {
    throw invalidRequest(UNEQUAL, { multi: true });
  }
  const issuer = await withIssuer(certificate, row?.issuerId ?? "", cx);
  if (!row && issuer.issuerId === "") throw invalidRequest(FOREIGN, { multi: true });
  return { certificate, subject: { ...certificate, ...issuer, brought: true } };
};

/** A certificate by its number, or by itself as DER. `reason`: of RFC 5280; 0: none. */
export type Revocable = ({ readonly serial: string } | { readonly certificate: Uint8Array }) & {
  readonly reason?: number;
};

/**
 * Revokes a certificate. `undefined`: the mount has none of that number. A certificate that was revoked already keeps its
 * time. Throws `invalid_request` for issuers, and for certificates that no issuer of the mount signed.
 */
export const revokeCertificate = async (cx: BackendContext, given: Revocable): Promise<Revoked | undefined> => {
  const found =
    "serial" in given ? await foundByNumber(given.serial, cx) : await foundBySelf(certificateOf(given.certificate), cx);
  return found && revokeSubject(found.subject, given.reason ?? 0, cx);
};

/**
 * Revokes the certificate of a lease, whose number is `serial_number` of what the lease keeps. One that the mount no
 * longer has cannot be revoked, today or later: the lease just ends. Authorities are not revoked by a lease.
 */
export const revokeLeased = async ({ internal }: LeaseType, cx: BackendContext): Promise<void> => {
  const serial = internal["serial_number"];
  const found = typeof serial === "string" ? await foundByNumber(serial, cx) : undefined;
  if (found && !found.certificate.x509.ca) await revokeSubject(found.subject, 0, cx);
};

const found = async (input: RevokeInput, cx: BackendContext): Promise<Found> => {
  if (input.certificate !== undefined) return foundBySelf(certificateIn(input.certificate), cx);
  const serial = input.serial_number ?? "";
  if (serial === "") throw invalidRequest("The serial number must be provided");
  const known = await foundByNumber(serial, cx);
  if (!known) throw invalidRequest(`certificate with serial ${cut(serial)} not found.`);
  return known;
};

const checkOne = ({ serial_number, certificate }: RevokeInput): void => {
  if (serial_number === undefined && certificate === undefined) {
    throw invalidRequest("The serial number or certificate to revoke must be provided.");
  }
  if (serial_number !== undefined && certificate !== undefined) {
    throw invalidRequest("Must provide either the certificate or the serial to revoke; not both.");
  }
};

const reply = (done: Revoked) => {
  const { warnings } = done;
  if (done.state === "ended") return { warnings };
  const revocation_time = Math.floor(done.revoked / 1000);
  const data = { revocation_time, revocation_time_rfc3339: shortRfc3339(done.revoked), state: "revoked" } as const;
  return { data, warnings };
};

export const revoke = async (input: RevokeInput, cx: BackendContext) => {
  checkOne(input);
  return reply(await revokeSubject((await found(input, cx)).subject, 0, cx));
};

/** The same for whoever holds the certificate's key. */
export const revokeWithKey = async (input: z.output<typeof RevokeWithKeyInput>, cx: BackendContext) => {
  checkOne(input);
  const key = checkKeyText(input.private_key);
  const { subject, certificate } = await found(input, cx);
  proveKey(key, certificate);
  return reply(await revokeSubject(subject, 0, cx));
};
