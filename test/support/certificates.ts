import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  type JsonNameParams,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
  type X509CrlReason,
} from "@peculiar/x509";
import { tlv } from "./der.ts";

/** A small certificate factory: authorities, clients, lists of the revoked, and whatever is wrong with them. */

export interface Made {
  /** PEM. */
  readonly cert: string;
  /** PKCS #8, PEM. */
  readonly key: string;
  readonly name: string | JsonNameParams;
  readonly keys: webcrypto.CryptoKeyPair;
}

type Kind = "EC" | "RSA" | "RSA-SHA1" | "RSA-1024" | "RSA-PSS" | "Ed25519";

export interface Wanted {
  readonly name?: string | JsonNameParams;
  /** Signs it; absent: it signs itself. */
  readonly by?: Made | undefined;
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** Those of an authority or none, unless given. */
  readonly usages?: number | "none";
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly dns?: readonly string[];
  readonly emails?: readonly string[];
  readonly uris?: readonly string[];
  readonly ips?: readonly string[];
  /** Object identifiers; `[]`: no such extension. */
  readonly purposes?: readonly string[];
  /** Hexadecimal. */
  readonly serial?: string;
  readonly more?: readonly Extension[];
  readonly hash?: "SHA-1" | "SHA-256" | "SHA-384";
  readonly kind?: Kind;
  /** The key pair of another certificate, to be certified again. */
  readonly keysOf?: Made;
  /** Without key identifiers. */
  readonly bare?: boolean;
}

export const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

const EXPONENT = new Uint8Array([1, 0, 1]);
const KINDS: Readonly<Record<Kind, webcrypto.AlgorithmIdentifier & object>> = {
  EC: { name: "ECDSA", namedCurve: "P-256" },
  RSA: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: EXPONENT, hash: "SHA-256" },
  "RSA-SHA1": { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: EXPONENT, hash: "SHA-1" },
  "RSA-1024": { name: "RSASSA-PKCS1-v1_5", modulusLength: 1024, publicExponent: EXPONENT, hash: "SHA-256" },
  "RSA-PSS": { name: "RSA-PSS", modulusLength: 2048, publicExponent: EXPONENT, hash: "SHA-256" },
  Ed25519: { name: "Ed25519" },
} as Record<Kind, webcrypto.AlgorithmIdentifier & object>;

const makeKeys = (kind: Kind): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(KINDS[kind], true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;

const pemKey = async (keys: webcrypto.CryptoKeyPair): Promise<string> =>
  PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");

let lastSerial = 4096;

const alternativeNames = ({ dns = [], emails = [], uris = [], ips = [] }: Wanted) => [
  ...dns.map((value) => ({ type: "dns" as const, value })),
  ...emails.map((value) => ({ type: "email" as const, value })),
  ...uris.map((value) => ({ type: "url" as const, value })),
  ...ips.map((value) => ({ type: "ip" as const, value })),
];

const signing = (signer: webcrypto.CryptoKeyPair, hash: string) => {
  const { name } = signer.privateKey.algorithm;
  if (name === "ECDSA") return { name, hash };
  return name === "Ed25519" ? { name } : { name, hash, ...(name === "RSA-PSS" && { saltLength: 32 }) };
};

const extensionsOf = async (wanted: Wanted, keys: webcrypto.CryptoKeyPair): Promise<Extension[]> => {
  const {
    ca = false,
    by,
    purposes = ca ? [] : [CLIENT_AUTH],
    usages = ca ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : "none",
  } = wanted;
  const names = alternativeNames(wanted);
  return [
    ...(ca || wanted.pathLength !== undefined ? [new BasicConstraintsExtension(ca, wanted.pathLength, true)] : []),
    ...(usages === "none" ? [] : [new KeyUsagesExtension(usages, true)]),
    ...(purposes.length > 0 ? [new ExtendedKeyUsageExtension([...purposes])] : []),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
    ...(wanted.bare === true
      ? []
      : [
          await SubjectKeyIdentifierExtension.create(keys.publicKey),
          ...(by ? [await AuthorityKeyIdentifierExtension.create(by.keys.publicKey)] : []),
        ]),
    ...(wanted.more ?? []),
  ];
};

/** From 2020 to 2099 unless told otherwise, for clients unless it is an authority. */
export const makeCertificate = async (wanted: Wanted = {}): Promise<Made> => {
  const { name = "CN=client", by, hash = "SHA-256" } = wanted;
  const keys = wanted.keysOf?.keys ?? (await makeKeys(wanted.kind ?? "EC"));
  const made = await X509CertificateGenerator.create({
    serialNumber: wanted.serial ?? (lastSerial++).toString(16),
    subject: new Name(name),
    issuer: new Name(by?.name ?? name),
    notBefore: new Date(wanted.notBefore ?? "2020-01-01T00:00:00Z"),
    notAfter: new Date(wanted.notAfter ?? "2099-12-31T00:00:00Z"),
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: signing(by?.keys ?? keys, hash),
    extensions: await extensionsOf(wanted, keys),
  });
  return { cert: `${made.toString("pem")}\n`, key: `${await pemKey(keys)}\n`, name, keys };
};

export const makeAuthority = (name: string | JsonNameParams = "CN=authority", wanted: Wanted = {}): Promise<Made> =>
  makeCertificate({ ca: true, name, ...wanted });

export interface WantedList {
  /** Serial numbers, hexadecimal. */
  readonly serials?: readonly string[];
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
  /** Whose key signs it, where that is not the issuer's. */
  readonly signedBy?: Made;
  readonly extensions?: readonly Extension[];
  readonly entryExtensions?: readonly Extension[];
  readonly reason?: X509CrlReason;
}

/** A list of the revoked, as PEM and DER. */
export const makeList = async (
  by: Made,
  wanted: WantedList = {},
): Promise<{ readonly pem: string; readonly der: Uint8Array }> => {
  const signer = wanted.signedBy ?? by;
  const list = await X509CrlGenerator.create({
    issuer: new Name(by.name),
    thisUpdate: new Date(wanted.thisUpdate ?? "2029-12-31T00:00:00Z"),
    nextUpdate: new Date(wanted.nextUpdate ?? "2030-02-01T00:00:00Z"),
    signingKey: signer.keys.privateKey,
    signingAlgorithm: signing(signer.keys, "SHA-256"),
    entries: (wanted.serials ?? []).map((serialNumber) => ({
      serialNumber,
      revocationDate: new Date("2029-12-30T00:00:00Z"),
      ...(wanted.reason !== undefined && { reason: wanted.reason }),
      ...(wanted.entryExtensions && { extensions: [...wanted.entryExtensions] }),
    })),
    extensions: [...(wanted.extensions ?? [])],
  });
  return { pem: `${list.toString("pem")}\n`, der: new Uint8Array(list.rawData) };
};

/** An extension with a value of any bytes. */
export const extension = (id: string, value: Uint8Array, critical = false): Extension =>
  new Extension(id, critical, value);

/** A value of one of ASN.1's text types, DER: 12 UTF-8, 19 printable, 22 IA5, 30 BMP. */
export const derText = (text: string, tag = 12): Uint8Array => {
  const bytes = tag === 30 ? Buffer.from(text, "utf16le").swap16() : Buffer.from(text, "utf8");
  return tlv(tag, bytes);
};
