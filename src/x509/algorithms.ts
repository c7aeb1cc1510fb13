import { constants, type KeyObject, verify } from "node:crypto";
import { id_RSASSA_PSS, RsaSaPssParams } from "@peculiar/asn1-rsa";
import { AsnConvert } from "@peculiar/asn1-schema";
import type { AlgorithmIdentifier } from "@peculiar/asn1-x509";

/** Which signatures and keys count. Node checks the signatures; here is only which of them may be believed. */

const SHA2: Readonly<Record<string, string>> = {
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

/** By the object identifier of the signature; `null`: the algorithm hashes by itself. */
const HASHES: Readonly<Record<string, string | null>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.3.101.112": null,
  "1.3.101.113": null,
};

interface Signature {
  readonly hash: string | null;
  /** Of RSASSA-PSS. */
  readonly saltLength?: number;
}

const pssOf = (parameters: ArrayBuffer | null | undefined): Signature | undefined => {
  // Without parameters the hash is SHA-1.
  if (!parameters) return undefined;
  const { hashAlgorithm, saltLength } = AsnConvert.parse(parameters, RsaSaPssParams);
  const hash = SHA2[hashAlgorithm.algorithm];
  return hash === undefined ? undefined : { hash, saltLength };
};

const signatureOf = ({ algorithm, parameters }: AlgorithmIdentifier): Signature | undefined => {
  if (algorithm === id_RSASSA_PSS) return pssOf(parameters);
  const hash = HASHES[algorithm];
  return hash === undefined ? undefined : { hash };
};

/** Whether a signature of this algorithm may be believed: SHA-2 and the Edwards curves, not SHA-1 and older. */
export const isStrongSignature = (algorithm: AlgorithmIdentifier): boolean => signatureOf(algorithm) !== undefined;

const CURVES = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const LEAST_RSA_BITS = 2048;

/** Whether signatures of this key may be believed: RSA from 2048 bits, the NIST curves from 256, the Edwards curves. */
export const isStrongKey = (key: KeyObject): boolean => {
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "rsa":
    case "rsa-pss":
      return modulusLength >= LEAST_RSA_BITS;
    case "ec":
      return CURVES.has(namedCurve);
    case "ed25519":
    case "ed448":
      return true;
    default:
      return false;
  }
};

/** Whether `key` made the signature over the bytes; `false` for what may not be believed. */
export const isSignedBy = (
  key: KeyObject,
  algorithm: AlgorithmIdentifier,
  signed: Uint8Array | ArrayBuffer,
  signature: Uint8Array | ArrayBuffer,
): boolean => {
  const how = signatureOf(algorithm);
  if (how === undefined || !isStrongKey(key)) return false;
  const { hash, saltLength } = how;
  const padding = saltLength === undefined ? {} : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  try {
    return verify(hash, new Uint8Array(signed), { key, ...padding }, new Uint8Array(signature));
  } catch {
    // A key of another kind than the algorithm wants.
    return false;
  }
};
