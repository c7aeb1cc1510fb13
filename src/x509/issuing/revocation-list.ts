import { id_ce_cRLReasons } from "@peculiar/asn1-x509";
import { contextTag, TAGS } from "../tags.ts";
import { encodedExtensions, signedFrame } from "./certificate.ts";
import { element, head, integer, sequence, time, unsigned } from "./der.ts";
import type { RevocationListPlan, RevokedCertificate, Signer } from "./plans.ts";
import { algorithmOf } from "./signatures.ts";

/** Lists of the revoked. Source: RFC 5280, section 5. */

/** Version 2, the one with extensions. */
const VERSION = integer(1);

/** What is encoded once and written for many entries: there are few reasons, and many revocations in one second. */
const remembered = <K>(encode: (key: K) => Buffer): ((key: K) => Buffer) => {
  let last: { readonly key: K; readonly value: Buffer } | undefined;
  return (key) => {
    if (last === undefined || last.key !== key) last = { key, value: encode(key) };
    return last.value;
  };
};

const encodedReason = (reason: number): Buffer =>
  encodedExtensions([{ type: id_ce_cRLReasons, critical: false, value: element(TAGS.enumerated, Buffer.of(reason)) }]);

const REASONS: ReadonlyMap<number, Buffer> = new Map(
  [1, 2, 3, 4, 5, 6, 8, 9, 10].map((reason) => [reason, encodedReason(reason)]),
);
const NOTHING = Buffer.alloc(0);

/**
 * Entries one behind the other, as `RevocationListPlan.earlier` takes them. Cost: 39 bytes each, 53 with a reason, for
 * numbers of 20 bytes; `npm run bench -- certificates` prints the time.
 */
export const encodedEntries = (revoked: Iterable<RevokedCertificate>): Buffer => {
  const timeOf = remembered(time);
  const parts: Buffer[] = [];
  for (const { serial, revoked: at, reason } of revoked) {
    const number = unsigned(serial);
    const when = timeOf(Math.floor(at / 1000) * 1000);
    const why = REASONS.get(reason) ?? NOTHING;
    parts.push(head(TAGS.sequence, number.length + when.length + why.length), number, when, why);
  }
  return Buffer.concat(parts);
};

/** A list, DER: complete, or of changes where its extensions say so. */
export const signRevocationList = (plan: RevocationListPlan, signer: Signer): Buffer => {
  const { issuer, thisUpdate, nextUpdate, earlier = NOTHING, revoked, extensions } = plan;
  const added = encodedEntries(revoked);
  const isEmpty = earlier.length + added.length === 0;
  const body = sequence(
    VERSION,
    algorithmOf(signer),
    issuer,
    time(thisUpdate),
    time(nextUpdate),
    ...(isEmpty ? [] : [sequence(earlier, added)]),
    ...(extensions.length > 0 ? [element(contextTag(0), encodedExtensions(extensions))] : []),
  );
  return signedFrame(body, signer);
};
