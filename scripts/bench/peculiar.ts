import "reflect-metadata";
import { createPublicKey, type KeyObject, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509";

/** The same leaves and lists by `@peculiar/x509`, which decision 34 compares with frames of our own. */

const ALGORITHMS = {
  rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ec: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  ed25519: { name: "Ed25519" },
} as const;
type Kind = keyof typeof ALGORITHMS;

const isKind = (type: string | undefined): type is Kind => type !== undefined && type in ALGORITHMS;

const algorithmOf = ({ asymmetricKeyType }: KeyObject): (typeof ALGORITHMS)[Kind] => {
  if (!isKind(asymmetricKeyType)) throw new Error("a key that signs no certificates");
  return ALGORITHMS[asymmetricKeyType];
};

const pairOf = async (key: KeyObject) => {
  const algorithm = algorithmOf(key);
  const [secret, open] = [
    key.export({ type: "pkcs8", format: "der" }),
    createPublicKey(key).export({ type: "spki", format: "der" }),
  ];
  return {
    algorithm,
    signingKey: await webcrypto.subtle.importKey("pkcs8", secret, algorithm, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", open, algorithm, true, ["verify"]),
  };
};

const TIMES = { notBefore: new Date("2030-01-01T00:00:00Z"), notAfter: new Date("2030-01-02T00:00:00Z") };

/** Reads and checks a request, and signs a certificate for its key, at each call. */
export const peculiarLeaf = async (request: Uint8Array, key: KeyObject): Promise<() => Promise<unknown>> => {
  const { algorithm, signingKey, publicKey: authority } = await pairOf(key);
  return async () => {
    const asked = new Pkcs10CertificateRequest(Uint8Array.from(request));
    if (!(await asked.verify())) throw new Error("the request is not signed by its key");
    const publicKey = await asked.publicKey.export();
    return X509CertificateGenerator.create({
      serialNumber: "0123456789abcdef0123456789abcdef01234567",
      subject: "CN=app.example.com",
      issuer: "CN=authority",
      ...TIMES,
      publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]),
        await SubjectKeyIdentifierExtension.create(publicKey),
        await AuthorityKeyIdentifierExtension.create(authority),
        new SubjectAlternativeNameExtension([{ type: "dns", value: "app.example.com" }]),
      ],
    });
  };
};

/** Signs a list of so many revoked certificates at each call. */
export const peculiarList = async (serials: readonly string[], key: KeyObject): Promise<() => Promise<unknown>> => {
  const { algorithm, signingKey } = await pairOf(key);
  return () =>
    X509CrlGenerator.create({
      issuer: "CN=authority",
      thisUpdate: TIMES.notBefore,
      nextUpdate: TIMES.notAfter,
      signingKey,
      signingAlgorithm: algorithm,
      entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: TIMES.notBefore, reason: 1 })),
    });
};
