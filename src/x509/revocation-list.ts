import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  IssuingDistributionPoint,
  id_ce_authorityKeyIdentifier,
  id_ce_certificateIssuer,
  id_ce_cRLNumber,
  id_ce_issuingDistributionPoint,
  Time,
} from "@peculiar/asn1-x509";
import { isSignedBy } from "./algorithms.ts";
import { authorityKeyIdOf, type Certificate, integerOf, moment, valuesById } from "./certificate.ts";
import { Unreadable } from "./errors.ts";
import { canonicalName } from "./names.ts";
import { onePemBlock } from "./pem.ts";
import { extensionsOf, type Member, membersOf, membersUnder, NotDer, requireDer, wholeBits } from "./strict-der.ts";
import { contextTag, TAGS } from "./tags.ts";

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

const BROKEN = "not a list of revoked certificates, or a broken one";

const EXTENSIONS = contextTag(0);

const isTime = (member: Member | undefined): member is Member =>
  member?.tag === TAGS.utcTime || member?.tag === TAGS.generalizedTime;

/** Number, time, and extensions where there are any: no more than a few bytes of each are looked at. */
const serialOf = ({ der }: Member): bigint => {
  const [number, revoked, extensions, ...more] = membersUnder(TAGS.sequence, der);
  if (number?.tag !== TAGS.integer || !isTime(revoked) || more.length > 0) throw new Unreadable(BROKEN);
  if (extensions && valuesById(extensionsOf(extensions.der), new Set()).has(id_ce_certificateIssuer))
    throw new Unreadable("the list speaks for other authorities");
  return integerOf(number.content);
};

const refuseIndirect = (value: ArrayBuffer | undefined): void => {
  if (value && AsnConvert.parse(value, IssuingDistributionPoint).indirectCRL)
    throw new Unreadable("the list speaks for other authorities");
};

/** Some 200,000 entries; whoever calls bounds the bytes. */
const MOST_ELEMENTS = 2_000_000;

interface Parts {
  readonly algorithm: Member;
  readonly issuer: Member;
  readonly thisUpdate: Member;
  readonly nextUpdate: Member | undefined;
  readonly entries: readonly Member[];
  readonly extensions: Uint8Array | undefined;
}

/** The body's members by their tags; those that may be missing are missing in this order only. */
const partsOf = (body: Member): Parts => {
  const members = [...membersUnder(TAGS.sequence, body.der)];
  if (members[0]?.tag === TAGS.integer) members.shift();
  const [algorithm, issuer, thisUpdate, ...rest] = members;
  if (!algorithm || !issuer || !isTime(thisUpdate)) throw new Unreadable(BROKEN);
  const nextUpdate = isTime(rest[0]) ? rest.shift() : undefined;
  const revoked = rest[0]?.tag === TAGS.sequence ? rest.shift() : undefined;
  const extensions = rest[0]?.tag === EXTENSIONS ? rest.shift() : undefined;
  if (rest.length > 0) throw new Unreadable(BROKEN);
  return {
    algorithm,
    issuer,
    thisUpdate,
    nextUpdate,
    entries: revoked ? membersOf(revoked.der) : [],
    extensions: extensions?.content,
  };
};

const momentOf = ({ der }: Member): number => moment(AsnConvert.parse(der, Time).getTime());

const read = (der: Uint8Array): RevocationList => {
  requireDer(der, MOST_ELEMENTS);
  const [body, algorithm, bits, ...more] = membersUnder(TAGS.sequence, der);
  if (!body || !algorithm || more.length > 0) throw new Unreadable(BROKEN);
  const parts = partsOf(body);
  const extensions = valuesById(parts.extensions ? extensionsOf(parts.extensions) : [], UNDERSTOOD);
  refuseIndirect(extensions.get(id_ce_issuingDistributionPoint));
  const signatureAlgorithm = AsnConvert.parse(algorithm.der, AlgorithmIdentifier);
  const isSame = Buffer.from(parts.algorithm.der).equals(algorithm.der);
  const signature = wholeBits(bits);
  const checked = new Map<string, boolean>();
  const check = (authority: Certificate): boolean =>
    authority.signsLists && isSame && isSignedBy(authority.x509.publicKey, signatureAlgorithm, body.der, signature);
  return {
    issuer: canonicalName(parts.issuer.der),
    authorityKeyId: authorityKeyIdOf(extensions),
    thisUpdate: momentOf(parts.thisUpdate),
    nextUpdate: parts.nextUpdate && momentOf(parts.nextUpdate),
    serials: new Set(parts.entries.map(serialOf)),
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
    if (cause instanceof Unreadable && !(cause instanceof NotDer)) throw cause;
    throw new Unreadable(BROKEN, { cause });
  }
};
