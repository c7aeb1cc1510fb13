import { AsnConvert } from "@peculiar/asn1-schema";
import {
  CertificateList,
  IssuingDistributionPoint,
  id_ce_authorityKeyIdentifier,
  id_ce_certificateIssuer,
  id_ce_cRLNumber,
  id_ce_issuingDistributionPoint,
  type RevokedCertificate,
} from "@peculiar/asn1-x509";
import { isSignedBy } from "./algorithms.ts";
import { authorityKeyIdOf, type Certificate, integerOf, moment, valuesById } from "./certificate.ts";
import { Unreadable } from "./errors.ts";
import { canonicalName } from "./names.ts";
import { onePemBlock } from "./pem.ts";

/**
 * A list of the certificates an authority has revoked. Only whole lists of the one authority that signs them are read:
 * a list of changes, and one that speaks for other authorities, would be taken for less or more than it says.
 */
export interface RevocationList {
  /** The issuer for comparing (`canonicalName`). */
  readonly issuer: string;
  /** Which key of the issuer signed it, where it says so. */
  readonly authorityKeyId?: Buffer | undefined;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate?: number | undefined;
  readonly serials: ReadonlySet<bigint>;
  /** Whether the key of this certificate signed it, and may sign lists. */
  readonly isSignedBy: (authority: Certificate) => boolean;
}

const LABELS = ["X509 CRL", "CRL"];

const UNDERSTOOD = new Set<string>([id_ce_authorityKeyIdentifier, id_ce_cRLNumber, id_ce_issuingDistributionPoint]);

const serialOf = ({ userCertificate, crlEntryExtensions = [] }: RevokedCertificate): bigint => {
  const extensions = valuesById(crlEntryExtensions, new Set());
  if (extensions.has(id_ce_certificateIssuer)) throw new Unreadable("the list speaks for other authorities");
  return integerOf(userCertificate);
};

const refuseIndirect = (value: ArrayBuffer | undefined): void => {
  if (value && AsnConvert.parse(value, IssuingDistributionPoint).indirectCRL)
    throw new Unreadable("the list speaks for other authorities");
};

/** Some 100,000 entries; whoever calls bounds the bytes. */
const LIMITS = { berOptions: { maxNodes: 500_000 } };

const read = (der: Uint8Array): RevocationList => {
  const {
    tbsCertList: body,
    tbsCertListRaw,
    signatureAlgorithm,
    signature,
  } = AsnConvert.parse(der, CertificateList, LIMITS);
  if (!tbsCertListRaw) throw new Unreadable("the list has no body");
  const extensions = valuesById(body.crlExtensions ?? [], UNDERSTOOD);
  refuseIndirect(extensions.get(id_ce_issuingDistributionPoint));
  const checked = new Map<string, boolean>();
  const check = (authority: Certificate): boolean =>
    authority.signsLists &&
    body.signature.isEqual(signatureAlgorithm) &&
    isSignedBy(authority.x509.publicKey, signatureAlgorithm, tbsCertListRaw, signature);
  return {
    issuer: canonicalName(body.issuer),
    authorityKeyId: authorityKeyIdOf(extensions),
    thisUpdate: moment(body.thisUpdate.getTime()),
    nextUpdate: body.nextUpdate && moment(body.nextUpdate.getTime()),
    serials: new Set((body.revokedCertificates ?? []).map(serialOf)),
    isSignedBy: (authority) => {
      const known = checked.get(authority.fingerprint) ?? check(authority);
      if (checked.size < 100) checked.set(authority.fingerprint, known);
      return known;
    },
  };
};

/** A list as PEM or DER. Throws `Unreadable`. */
export const readRevocationList = (bytes: Uint8Array): RevocationList => {
  try {
    const text = Buffer.from(bytes).toString("latin1");
    return read(text.includes("-----BEGIN ") ? onePemBlock(text, LABELS) : bytes);
  } catch (cause) {
    if (cause instanceof Unreadable) throw cause;
    throw new Unreadable("not a list of revoked certificates, or a broken one", { cause });
  }
};
