import { X509Certificate } from "node:crypto";
import type { BackendContext } from "../../../../framework/index.ts";
import type { Entry, Write } from "../../../../storage/store.ts";
import { allIssuers } from "../../authorities/authority.ts";
import { certificateAddress, revocationAddress, StoredCertificate, StoredRevocation } from "../../model.ts";
import { issuerOf } from "../lists/revocations.ts";
import { unlistedAddress } from "../rows.ts";
import { type Job, judgedAt, type Outcome } from "./job.ts";

/**
 * What tidying decides about rows. A row goes only as it was read: one that was written since is looked at again. A
 * revocation stays as long as its certificate might be believed anywhere, however far a clock is behind: the buffer.
 */

const NOTHING: Outcome = { writes: [], counts: {}, relist: false };

const isOver = (notAfter: number, bufferSeconds: number, now: number): boolean =>
  now - notAfter * 1000 > bufferSeconds * 1000;

const isReadable = (certificate: string): boolean => {
  try {
    new X509Certificate(Buffer.from(certificate, "base64"));
    return true;
  } catch {
    return false;
  }
};

const remove = ({ address, n }: Entry): Write => ({ op: "delete", address, when: { n } });

/** Certificates that have ended; where they are revoked, by the other buffer, and with their revocations if wanted. */
export const tidyCertificates = async (entries: readonly Entry[], job: Job, cx: BackendContext): Promise<Outcome> => {
  const { storage } = cx;
  const { options } = job;
  const now = judgedAt(job, cx);
  const rows = entries.map((entry) => ({ entry, row: StoredCertificate.parse(entry.body) }));
  const broken = options.tidy_invalid_certs ? rows.filter(({ row }) => !isReadable(row.certificate)) : [];
  const least = Math.min(options.safety_buffer, options.revoked_safety_buffer);
  const over = options.tidy_cert_store
    ? rows.filter((one) => isOver(one.row.notAfter, least, now) && !broken.includes(one))
    : [];
  const revocations = await storage.getMany(over.map(({ row }) => revocationAddress(storage, row.serial)));
  const writes: Write[] = broken.map(({ entry }) => remove(entry));
  let revoked = 0;
  let certificates = broken.length;
  for (const [at, { entry, row }] of over.entries()) {
    const revocation = revocations[at];
    const buffer = revocation ? options.revoked_safety_buffer : options.safety_buffer;
    if (!isOver(row.notAfter, buffer, now)) continue;
    certificates += 1;
    writes.push(remove(entry));
    // One that is revoked at this moment has to be looked at by the other buffer.
    if (!revocation) writes.push({ op: "check", address: revocationAddress(storage, row.serial), when: "absent" });
    if (!revocation || !options.tidy_revoked_certs) continue;
    revoked += 1;
    writes.push(remove(revocation), { op: "delete", address: unlistedAddress(storage, row.serial), when: "any" });
  }
  const counts = { cert_store_deleted_count: certificates, revoked_cert_deleted_count: revoked };
  return { writes, counts, relist: revoked > 0 };
};

const removeRevocation = (entry: Entry, serial: string, { storage }: BackendContext): readonly Write[] => [
  remove(entry),
  { op: "delete", address: certificateAddress(storage, serial), when: "any" },
  { op: "delete", address: unlistedAddress(storage, serial), when: "any" },
];

/** Revocations of certificates that have ended, and of issuers that went. */
export const tidyRevocations = async (entries: readonly Entry[], job: Job, cx: BackendContext): Promise<Outcome> => {
  const { options } = job;
  const now = judgedAt(job, cx);
  const issuers = options.tidy_revoked_cert_issuer_associations ? await allIssuers(cx) : [];
  const known = new Set(issuers.map(({ stored }) => stored.id));
  const decide = (entry: Entry): Outcome => {
    const row = StoredRevocation.parse(entry.body);
    if (options.tidy_invalid_certs && !isReadable(row.certificate)) {
      return { writes: [remove(entry)], counts: { revoked_cert_deleted_count: 1 }, relist: false };
    }
    const isLost = options.tidy_revoked_cert_issuer_associations && !known.has(row.issuerId);
    const counts = { missing_issuer_cert_count: isLost ? 1 : 0 };
    if (options.tidy_revoked_certs && isOver(row.notAfter, options.revoked_safety_buffer, now)) {
      const writes = removeRevocation(entry, row.serial, cx);
      return { writes, counts: { ...counts, revoked_cert_deleted_count: 1 }, relist: true };
    }
    if (!isLost) return NOTHING;
    const issuerId = issuerOf(Buffer.from(row.certificate, "base64"), issuers);
    const put: Write = { op: "put", address: entry.address, body: { ...row, issuerId }, when: { n: entry.n } };
    return { writes: issuerId === row.issuerId ? [] : [put], counts, relist: false };
  };
  const all = entries.map(decide);
  const sum = (name: "revoked_cert_deleted_count" | "missing_issuer_cert_count"): number =>
    all.reduce((total, { counts }) => total + (counts[name] ?? 0), 0);
  return {
    writes: all.flatMap(({ writes }) => writes),
    counts: {
      revoked_cert_deleted_count: sum("revoked_cert_deleted_count"),
      missing_issuer_cert_count: sum("missing_issuer_cert_count"),
    },
    relist: all.some(({ relist }) => relist),
  };
};
