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

const BEGIN = /-----BEGIN (PUBLIC KEY|RSA PUBLIC KEY|CERTIFICATE)-----/;

/** The first block of a kind that holds a public key; found in one pass, whatever the text is. */
const firstBlock = (pem: string): readonly [kind: string, block: string] | undefined => {
  // Node would also take a private key, and make its public half of it.
  const begin = BEGIN.exec(pem);
  if (!begin) return undefined;
  const { 1: kind = "", index } = begin;
  const end = `-----END ${kind}-----`;
  const at = pem.indexOf(end, index);
  return at < 0 ? undefined : [kind, pem.slice(index, at + end.length)];
};

const readKey = (pem: string): KeyObject | undefined => {
  const [kind, block] = firstBlock(pem) ?? [];
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

const END_CERTIFICATE = "-----END CERTIFICATE-----";

/** Certificates in their order; `undefined` where one has no beginning. */
const certificatesIn = (pem: string): readonly string[] | undefined => {
  const pieces = pem.split(END_CERTIFICATE).slice(0, -1);
  const starts = pieces.map((piece) => piece.lastIndexOf("-----BEGIN CERTIFICATE-----"));
  if (starts.includes(-1)) return undefined;
  return pieces.map((piece, index) => `${piece.slice(starts[index])}${END_CERTIFICATE}`);
};

/** Throws `SourceRefused` for what is neither empty nor a list of certificates, PEM. */
export const checkAuthorities = (pem: string): void => {
  if (pem.trim() === "") return;
  const blocks = certificatesIn(pem) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (cause) {
    throw new SourceRefused("could not parse CA PEM value successfully", { cause });
  }
  if (blocks.length === 0) throw new SourceRefused("could not parse CA PEM value successfully");
};
