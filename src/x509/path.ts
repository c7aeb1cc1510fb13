import type { Certificate } from "./certificate.ts";
import { meetsNameConstraints } from "./name-constraints.ts";

/**
 * Paths from a client's certificate up to one that is trusted. It trusts the anchors it is given and nothing else:
 * intermediates only lead there. Every certificate of a path, the anchor included, must be valid at the time asked
 * about, and every issuer an authority that may sign, as long a way down as it allows, whose key made the signature.
 *
 * Source: RFC 5280, section 6, and Go `crypto/x509`, whose verdicts Vault gives.
 */

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const ANY_PURPOSE = "2.5.29.37.0";

/** A chain is never longer; and what one certificate may cost in signature checks, as in Go. */
const MOST_CERTIFICATES = 10;
const MOST_SIGNATURES = 100;

export interface PathRequest {
  readonly leaf: Certificate;
  /** Trusted: a path ends at the first of them. */
  readonly anchors: readonly Certificate[];
  /** What else may be on the way; trusted for nothing. */
  readonly intermediates: readonly Certificate[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export const isValidAt = ({ notBefore, notAfter }: Certificate, now: number): boolean =>
  now >= notBefore && now <= notAfter;

/** Whether it may serve to authenticate a client: no list of purposes, or one with that purpose or any. */
export const isForClients = ({ purposes }: Certificate): boolean =>
  purposes === undefined || purposes.includes(CLIENT_AUTH) || purposes.includes(ANY_PURPOSE);

const isUsable = (certificate: Certificate, now: number): boolean =>
  isValidAt(certificate, now) && isForClients(certificate) && certificate.strongKey;

/** Whether `issuer` may stand above the certificates of a path, of which the last is the one it would have issued. */
const mayIssue = (issuer: Certificate, path: readonly Certificate[], now: number): boolean => {
  const { authority, nameConstraints } = issuer;
  if (!authority || !issuer.signsCertificates || !isUsable(issuer, now)) return false;
  // Between the issuer and the leaf; those that issued themselves count, as in Go.
  if (authority.pathLength !== undefined && path.length - 1 > authority.pathLength) return false;
  return nameConstraints === undefined || path.every((below) => meetsNameConstraints(below, nameConstraints));
};

const signed = (issuer: Certificate, below: Certificate): boolean =>
  below.strongSignature && below.x509.checkIssued(issuer.x509) && below.x509.verify(issuer.x509.publicKey);

const isOn = (path: readonly Certificate[], candidate: Certificate): boolean =>
  path.some(
    ({ fingerprint, name, x509 }) =>
      fingerprint === candidate.fingerprint ||
      (name === candidate.name && x509.publicKey.equals(candidate.x509.publicKey)),
  );

/**
 * Every path that holds, the leaf first and an anchor last. A leaf that is an anchor itself is a path of its own.
 * Cost: at most 100 signature checks.
 */
export function* pathsTo({ leaf, anchors, intermediates, now }: PathRequest): Generator<readonly Certificate[]> {
  let signatures = MOST_SIGNATURES;

  const isIssuer = (candidate: Certificate, path: readonly Certificate[]): boolean => {
    const below = path.at(-1);
    if (!below || candidate.name !== below.issuer || isOn(path, candidate)) return false;
    if (signatures <= 0 || !mayIssue(candidate, path, now)) return false;
    signatures -= 1;
    return signed(candidate, below);
  };

  function* above(path: readonly Certificate[]): Generator<readonly Certificate[]> {
    if (path.length >= MOST_CERTIFICATES) return;
    for (const anchor of anchors) if (isIssuer(anchor, path)) yield [...path, anchor];
    for (const step of intermediates) if (isIssuer(step, path)) yield* above([...path, step]);
  }

  if (!isUsable(leaf, now)) return;
  if (anchors.some(({ der }) => der.equals(leaf.der))) yield [leaf];
  yield* above([leaf]);
}
