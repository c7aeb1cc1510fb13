import type { KeyObject } from "node:crypto";
import { isIP } from "node:net";
import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { shown } from "../../../std/shown.ts";
import { type Certificate, readCertificate, Unreadable } from "../../../x509/index.ts";
import {
  alternativeNamesExtension,
  authorityInformation,
  authorityKeyId,
  basicConstraints,
  distributionPoints,
  extendedKeyUsage,
  freshestLists,
  keyUsage,
  nameConstraints,
  present,
  randomSerial,
  signCertificate,
  subjectKeyId,
  Unwritable,
} from "../../../x509/issuing/index.ts";
import type { AlternativeName, ExtensionPlan, NamePlan, Signer } from "../../../x509/issuing/plans.ts";
import type { Urls } from "../model.ts";
import type { AuthorityAsked } from "./fields.ts";
import type { Validity } from "./validity.ts";

/** Certificates of authorities: what they say, and that they are written as planned. */

/** Does the work; refuses the request where a certificate cannot say what was planned. */
export const writable = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Unwritable || cause instanceof Unreadable) throw invalidRequest(cause.reason, { cause });
    throw cause;
  }
};

const PREFIX_BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

const range =
  (list: string) =>
  (value: string): AlternativeName => {
    const [address = "", prefix = "", ...more] = value.split("/");
    const most = PREFIX_BITS[isIP(address)] ?? -1;
    if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > most || more.length > 0 || address.includes("%")) {
      throw invalidRequest(`invalid ${list} value ${shown(value)}: invalid CIDR address`);
    }
    return { kind: "ip", value };
  };

const kind =
  (name: "dns" | "email" | "uri") =>
  (value: string): AlternativeName => ({ kind: name, value });

const constraintsOf = (asked: AuthorityAsked): ExtensionPlan | undefined =>
  nameConstraints(
    [
      ...(asked.permitted_dns_domains ?? []).map(kind("dns")),
      ...(asked.permitted_ip_ranges ?? []).map(range("permitted_ip_ranges")),
      ...(asked.permitted_email_addresses ?? []).map(kind("email")),
      ...(asked.permitted_uri_domains ?? []).map(kind("uri")),
    ],
    [
      ...(asked.excluded_dns_domains ?? []).map(kind("dns")),
      ...(asked.excluded_ip_ranges ?? []).map(range("excluded_ip_ranges")),
      ...(asked.excluded_email_addresses ?? []).map(kind("email")),
      ...(asked.excluded_uri_domains ?? []).map(kind("uri")),
    ],
  );

/** An authority signs certificates and lists; only signatures in general can be added. */
const authorityUsage = ({ key_usage = [] }: AuthorityAsked): readonly string[] => {
  const signs = key_usage.some((name) => name.trim().toLowerCase() === "digitalsignature");
  return [...(signs ? ["DigitalSignature"] : []), "CertSign", "CRLSign"];
};

/** Where a certificate's issuer and its lists are found. */
export const issuerExtensions = (urls: Urls): readonly ExtensionPlan[] =>
  present(authorityInformation(urls.ocsp, urls.issuing), distributionPoints(urls.crl), freshestLists(urls.deltaCrl));

export interface AuthorityExtensions {
  readonly asked: AuthorityAsked;
  /** How many intermediates may follow in a chain; `undefined`: no limit. */
  readonly pathLength: number | undefined;
  readonly publicKey: KeyObject;
  /** Of the certificate's own key; absent: worked out from the key. */
  readonly keyId?: Uint8Array | undefined;
  /** Of the issuer's. */
  readonly issuerKeyId: Uint8Array | undefined;
  readonly subject: NamePlan;
  readonly alternative: readonly AlternativeName[];
  readonly urls: Urls;
}

/** The extensions of an authority's certificate, in the order in which Go writes them. Throws `Unwritable`. */
export const authorityExtensions = (given: AuthorityExtensions): readonly ExtensionPlan[] =>
  present(
    keyUsage(authorityUsage(given.asked)),
    extendedKeyUsage(given.asked.ext_key_usage ?? [], given.asked.ext_key_usage_oids ?? []),
    basicConstraints({ pathLength: given.pathLength }),
    subjectKeyId(given.publicKey, given.keyId),
    authorityKeyId(given.issuerKeyId),
    authorityInformation(given.urls.ocsp, given.urls.issuing),
    alternativeNamesExtension(given.alternative, given.subject.length === 0),
    constraintsOf(given.asked),
    distributionPoints(given.urls.crl),
    freshestLists(given.urls.deltaCrl),
  );

/** The limit that `max_path_length` sets; without it, or with a negative number, `undefined`: no limit. */
export const pathLengthOf = (asked: number | undefined): number | undefined =>
  asked === undefined || asked < 0 ? undefined : asked;

export interface SignedAs {
  readonly subject: NamePlan | Uint8Array;
  readonly issuer: NamePlan | Uint8Array;
  readonly validity: Validity;
  readonly publicKey: KeyObject;
  readonly extensions: readonly ExtensionPlan[];
}

/** Signs a certificate under a new serial number, and reads it back. Throws `Unwritable`, `Unreadable`. */
export const signed = (plan: SignedAs, signer: Signer, { random }: BackendContext): Certificate => {
  const { subject, issuer, publicKey, extensions, validity } = plan;
  const { notBefore, notAfter } = validity;
  const serial = randomSerial(random);
  const der = signCertificate({ serial, subject, issuer, notBefore, notAfter, publicKey, extensions }, signer);
  return readCertificate(der);
};
