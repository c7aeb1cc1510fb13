import { createHash, X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_cRLDistributionPoints,
  id_ce_extKeyUsage,
  id_ce_issuerAltName,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  NameConstraints,
  SubjectKeyIdentifier,
  Validity,
} from "@peculiar/asn1-x509";
import { isStrongKey, isStrongSignature } from "./algorithms.ts";
import { Unreadable } from "./errors.ts";
import { type AlternativeNames, alternativeNames, canonicalName, type SubjectNames, subjectNames } from "./names.ts";
import { extensionsOf, type Member, membersUnder, NotDer, type ReadExtension, requireDer } from "./strict-der.ts";
import { contextTag, TAGS } from "./tags.ts";

/**
 * One certificate, read. OpenSSL, by way of Node, takes it apart and checks signatures; ASN.1 schemas give what Node does
 * not show. What is not understood is not ignored: a critical extension nobody here knows, or one that is there twice,
 * makes the certificate unreadable.
 */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly der: Buffer;
  /** SHA-256 over the DER, hexadecimal: the identity of this very certificate. */
  readonly fingerprint: string;
  readonly subject: SubjectNames;
  readonly alternative: AlternativeNames;
  /** Subject and issuer for comparing (`canonicalName`). */
  readonly name: string;
  readonly issuer: string;
  readonly serial: bigint;
  /** Milliseconds since 1970; both ends are inside. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** What basic constraints say; absent: not an authority. */
  readonly authority?: { readonly pathLength?: number | undefined } | undefined;
  /** May sign certificates, lists: what key usage says, `true` where it says nothing. */
  readonly signsCertificates: boolean;
  readonly signsLists: boolean;
  /** Object identifiers of extended key usage; absent: any purpose. */
  readonly purposes?: readonly string[] | undefined;
  readonly nameConstraints?: NameConstraints | undefined;
  /** Absent: none. */
  readonly subjectKeyId?: Buffer | undefined;
  readonly authorityKeyId?: Buffer | undefined;
  /** Values by object identifier, DER. */
  readonly extensions: ReadonlyMap<string, ArrayBuffer>;
  /** Whether its own signature, and signatures of its key, are of a kind that may be believed. */
  readonly strongSignature: boolean;
  readonly strongKey: boolean;
}

/** What is understood here, or binds nobody who checks a client. */
const UNDERSTOOD = new Set<string>([
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_cRLDistributionPoints,
  id_ce_extKeyUsage,
  id_ce_issuerAltName,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
]);

/** Values by object identifier. Throws `Unreadable` for one that is there twice, or critical and not understood. */
export const valuesById = (
  extensions: readonly ReadExtension[],
  understood: ReadonlySet<string>,
): ReadonlyMap<string, ArrayBuffer> => {
  const values = new Map<string, ArrayBuffer>();
  for (const { type, critical, value } of extensions) {
    if (values.has(type)) throw new Unreadable("an extension is there twice");
    if (critical && !understood.has(type)) throw new Unreadable("a critical extension is not understood");
    values.set(type, Uint8Array.from(value).buffer);
  }
  return values;
};

/** The integer of a serial number's bytes: two's complement, big endian. */
export const integerOf = (bytes: Uint8Array): bigint => {
  const hex = Buffer.from(bytes).toString("hex");
  return BigInt.asIntN(hex.length * 4, BigInt(`0x${hex || "0"}`));
};

/** Milliseconds since 1970. Throws `Unreadable`. */
export const moment = (date: Date): number => {
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw new Unreadable("a time cannot be read");
  return ms;
};

/** Which key of the issuer signed a certificate or a list, where its extensions say so. */
export const authorityKeyIdOf = (extensions: Certificate["extensions"]): Buffer | undefined => {
  const value = extensions.get(id_ce_authorityKeyIdentifier);
  const keyId = value && AsnConvert.parse(value, AuthorityKeyIdentifier).keyIdentifier?.buffer;
  return keyId && Buffer.from(keyId);
};

const keyIdsOf = (extensions: Certificate["extensions"]): Pick<Certificate, "subjectKeyId" | "authorityKeyId"> => {
  const subject = extensions.get(id_ce_subjectKeyIdentifier);
  return {
    subjectKeyId: subject && Buffer.from(AsnConvert.parse(subject, SubjectKeyIdentifier).buffer),
    authorityKeyId: authorityKeyIdOf(extensions),
  };
};

const rightsOf = (
  extensions: Certificate["extensions"],
): Pick<Certificate, "authority" | "signsCertificates" | "signsLists" | "purposes" | "nameConstraints"> => {
  const basic = extensions.get(id_ce_basicConstraints);
  const usage = extensions.get(id_ce_keyUsage);
  const purposes = extensions.get(id_ce_extKeyUsage);
  const constraints = extensions.get(id_ce_nameConstraints);
  const { cA = false, pathLenConstraint } = basic ? AsnConvert.parse(basic, BasicConstraints) : {};
  const flags = usage === undefined ? -1 : AsnConvert.parse(usage, KeyUsage).toNumber();
  return {
    authority: cA ? { pathLength: pathLenConstraint } : undefined,
    signsCertificates: (flags & KeyUsageFlags.keyCertSign) !== 0,
    signsLists: (flags & KeyUsageFlags.cRLSign) !== 0,
    purposes: purposes && [...AsnConvert.parse(purposes, ExtendedKeyUsage)],
    nameConstraints: constraints && AsnConvert.parse(constraints, NameConstraints),
  };
};

const VERSION = contextTag(0);
const EXTENSIONS = contextTag(3);

interface Parts {
  readonly serial: Member;
  readonly issuer: Member;
  readonly validity: Member;
  readonly subject: Member;
  readonly extensions: readonly ReadExtension[];
  readonly algorithm: Member;
}

/** What is in the frame, as DER: schemas take long over all of it, and would read broken text as if it were other text. */
const partsOf = (der: Uint8Array): Parts => {
  const [body, algorithm] = membersUnder(TAGS.sequence, der);
  const members = membersUnder(TAGS.sequence, body?.der);
  // Number, algorithm, issuer, times, subject, key; then what need not be there.
  const [serial, , issuer, validity, subject, , ...more] = members[0]?.tag === VERSION ? members.slice(1) : members;
  if (!serial || !issuer || !validity || !subject || !algorithm) throw new Unreadable("the certificate has no names");
  const listed = more.find(({ tag }) => tag === EXTENSIONS)?.content;
  // A critical extension must not pass for another by a boolean that DER does not have.
  if (listed) requireDer(listed);
  return { serial, issuer, validity, subject, algorithm, extensions: listed ? extensionsOf(listed) : [] };
};

const read = (der: Uint8Array): Certificate => {
  const x509 = new X509Certificate(der);
  const parts = partsOf(x509.raw);
  const extensions = valuesById(parts.extensions, UNDERSTOOD);
  const { notBefore, notAfter } = AsnConvert.parse(parts.validity.der, Validity);
  return {
    x509,
    der: x509.raw,
    fingerprint: createHash("sha256").update(x509.raw).digest("hex"),
    subject: subjectNames(parts.subject.der),
    alternative: alternativeNames(extensions.get(id_ce_subjectAltName)),
    name: canonicalName(parts.subject.der),
    issuer: canonicalName(parts.issuer.der),
    serial: integerOf(parts.serial.content),
    notBefore: moment(notBefore.getTime()),
    notAfter: moment(notAfter.getTime()),
    ...rightsOf(extensions),
    ...keyIdsOf(extensions),
    extensions,
    strongSignature: isStrongSignature(AsnConvert.parse(parts.algorithm.der, AlgorithmIdentifier)),
    strongKey: isStrongKey(x509.publicKey),
  };
};

/** A certificate's DER, read. Throws `Unreadable`. */
export const readCertificate = (der: Uint8Array): Certificate => {
  try {
    return read(der);
  } catch (cause) {
    if (cause instanceof Unreadable && !(cause instanceof NotDer)) throw cause;
    throw new Unreadable("not a certificate, or a broken one", { cause });
  }
};

/** `27:0d:de`, as Vault shows key ids and serial numbers; `""` for none. */
export const colonHex = (bytes: Uint8Array = new Uint8Array()): string =>
  (Buffer.from(bytes).toString("hex").match(/../g) ?? []).join(":");
