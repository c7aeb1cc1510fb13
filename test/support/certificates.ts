import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A small certificate factory: authorities, clients, and whatever is wrong with them. */

export interface Made {
  /** PEM. */
  readonly cert: string;
  /** PKCS #8, PEM. */
  readonly key: string;
  readonly name: string | JsonName;
  readonly keys: webcrypto.CryptoKeyPair;
}

type Kind = "EC" | "RSA" | "RSA-1024" | "RSA-PSS" | "Ed25519";

export interface Wanted {
  readonly name?: string | JsonName;
  /** Signs it; absent: it signs itself. */
  readonly by?: Made | undefined;
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** Absent: no such extension. */
  readonly usages?: number;
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

const EXPONENT = new Uint8Array([1, 0, 1]);
const KINDS: Readonly<Record<Kind, webcrypto.AlgorithmIdentifier & object>> = {
  EC: { name: "ECDSA", namedCurve: "P-256" },
  RSA: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: EXPONENT, hash: "SHA-256" },
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
    usages = ca ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : undefined,
  } = wanted;
  const names = alternativeNames(wanted);
  return [
    ...(ca || wanted.pathLength !== undefined ? [new BasicConstraintsExtension(ca, wanted.pathLength, true)] : []),
    ...(usages === undefined ? [] : [new KeyUsagesExtension(usages, true)]),
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
    subject: name,
    issuer: by?.name ?? name,
    notBefore: new Date(wanted.notBefore ?? "2020-01-01T00:00:00Z"),
    notAfter: new Date(wanted.notAfter ?? "2099-12-31T00:00:00Z"),
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: signing(by?.keys ?? keys, hash),
    extensions: await extensionsOf(wanted, keys),
  });
  return { cert: `${made.toString("pem")}\n`, key: `${await pemKey(keys)}\n`, name, keys };
};

export const makeAuthority = (name: string | JsonName = "CN=authority", wanted: Wanted = {}): Promise<Made> =>
  makeCertificate({ ca: true, name, ...wanted });
