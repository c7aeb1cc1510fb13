import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Algorithm } from "./algorithms.ts";
import { SourceRefused } from "./errors.ts";
import { type KeySet, verifiesWith } from "./signature.ts";

/** Public keys that an operator gave as PEM: RSA from 2,048 bits, the NIST curves, Ed25519; also out of certificates. */

interface PublicKey {
  readonly key: KeyObject;
  readonly algorithms: readonly Algorithm[];
}

const LEAST_RSA_BITS = 2048;
const RSA: readonly Algorithm[] = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const CURVES: Readonly<Record<string, readonly Algorithm[]>> = {
  prime256v1: ["ES256"],
  secp384r1: ["ES384"],
  secp521r1: ["ES512"],
};

const BLOCK = /-----BEGIN (PUBLIC KEY|RSA PUBLIC KEY|CERTIFICATE)-----[\s\S]+?-----END \1-----/;

const readKey = (pem: string): KeyObject | undefined => {
  // Node would also take a private key here, and make its public half of it.
  const [block, kind] = BLOCK.exec(pem) ?? [];
  if (block === undefined) return undefined;
  try {
    return kind === "CERTIFICATE" ? new X509Certificate(block).publicKey : createPublicKey(block);
  } catch {
    return undefined;
  }
};

const algorithmsOf = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly Algorithm[] => {
  if (asymmetricKeyType === "rsa") {
    if ((asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS) return RSA;
    throw new SourceRefused(`an RSA key must have at least ${LEAST_RSA_BITS} bits`);
  }
  if (asymmetricKeyType === "ed25519") return ["EdDSA"];
  const curve = asymmetricKeyType === "ec" ? (asymmetricKeyDetails?.namedCurve ?? "") : "";
  return CURVES[curve] ?? [];
};

const parseKey = (pem: string): PublicKey => {
  const key = readKey(pem);
  const algorithms = key ? algorithmsOf(key) : [];
  if (key && algorithms.length > 0) return { key, algorithms };
  throw new SourceRefused("data does not contain any valid RSA or ECDSA public keys");
};

/** The first key of each text counts. Throws `SourceRefused`. */
export const pemKeys = (pems: readonly string[]): KeySet => {
  const all = pems.map(parseKey);
  return {
    verifies: async (token, keys) => {
      if (keys === "newest") return false;
      for (const { key, algorithms } of all) {
        if (algorithms.includes(token.algorithm) && (await verifiesWith(key, token))) return true;
      }
      return false;
    },
  };
};

/** Throws `SourceRefused` for what is neither empty nor a list of certificates, PEM. */
export const checkAuthorities = (pem: string): void => {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (cause) {
    throw new SourceRefused("could not parse CA PEM value successfully", { cause });
  }
  if (pem.trim() !== "" && blocks.length === 0) throw new SourceRefused("could not parse CA PEM value successfully");
};
