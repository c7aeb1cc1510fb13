import { constants, type KeyObject, sign, verify } from "node:crypto";
import { id_RSASSA_PSS, RsaSaPssParams } from "@peculiar/asn1-rsa";
import { AsnConvert } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import type { Signer } from "./plans.ts";

/** How keys sign: which algorithm, and its identifier in what is signed. Node computes the signatures. */

export type KeyKind = "rsa" | "ec" | "ed25519";

/** `undefined`: a key that nothing here signs with, or checks a signature of. */
export const kindOf = (key: KeyObject): KeyKind | undefined => {
  const type = key.asymmetricKeyType;
  return type === "rsa" || type === "ec" || type === "ed25519" ? type : undefined;
};

export type Hash = Signer["hash"];

/** Hashes as long as the curve: a longer one would be cut. The reference insists on them too. */
const CURVE_HASHES: Readonly<Record<string, Hash>> = {
  secp224r1: "sha256",
  prime256v1: "sha256",
  secp384r1: "sha384",
  secp521r1: "sha512",
};

const BIT_HASHES: Readonly<Record<number, Hash>> = { 256: "sha256", 384: "sha384", 512: "sha512" };

export interface SignerOptions {
  /** Bits of the hash under signatures of RSA: 256, 384 or 512; anything else: 256. */
  readonly bits?: number | undefined;
  readonly pss?: boolean | undefined;
}

/** How a key signs unless told otherwise. Curves choose their hash themselves. Throws for keys that sign nothing here. */
export const signerFor = (key: KeyObject, { bits = 256, pss = false }: SignerOptions = {}): Signer => {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
  switch (kindOf(key)) {
    case "rsa":
      return { key, hash: BIT_HASHES[bits] ?? "sha256", pss };
    case "ec": {
      const hash = CURVE_HASHES[curve];
      if (hash === undefined) throw new RangeError("a curve that signs no certificates");
      return { key, hash, pss: false };
    }
    case "ed25519":
      return { key, hash: "sha512", pss: false };
    default:
      throw new RangeError("a key that signs no certificates");
  }
};

interface NamedSignature {
  readonly kind: KeyKind;
  readonly hash: Hash;
  readonly pss: boolean;
}

/** By Go's names in lower case, in the order in which the reference lists them. */
export const SIGNATURES: ReadonlyMap<string, NamedSignature> = new Map([
  ["sha256withrsa", { kind: "rsa", hash: "sha256", pss: false }],
  ["sha384withrsa", { kind: "rsa", hash: "sha384", pss: false }],
  ["sha512withrsa", { kind: "rsa", hash: "sha512", pss: false }],
  ["ecdsawithsha256", { kind: "ec", hash: "sha256", pss: false }],
  ["ecdsawithsha384", { kind: "ec", hash: "sha384", pss: false }],
  ["ecdsawithsha512", { kind: "ec", hash: "sha512", pss: false }],
  ["sha256withrsapss", { kind: "rsa", hash: "sha256", pss: true }],
  ["sha384withrsapss", { kind: "rsa", hash: "sha384", pss: true }],
  ["sha512withrsapss", { kind: "rsa", hash: "sha512", pss: true }],
  ["pureed25519", { kind: "ed25519", hash: "sha512", pss: false }],
  ["ed25519", { kind: "ed25519", hash: "sha512", pss: false }],
]);

/** How a key signs by Go's name of an algorithm, such as `SHA384WithRSA`; `undefined`: not with this key. */
export const signerByName = (key: KeyObject, name: string): Signer | undefined => {
  const named = SIGNATURES.get(name.toLowerCase());
  return named === undefined || named.kind !== kindOf(key) ? undefined : { key, hash: named.hash, pss: named.pss };
};

const RSA: Readonly<Record<Hash, string>> = {
  sha256: "1.2.840.113549.1.1.11",
  sha384: "1.2.840.113549.1.1.12",
  sha512: "1.2.840.113549.1.1.13",
};
const ECDSA: Readonly<Record<Hash, string>> = {
  sha256: "1.2.840.10045.4.3.2",
  sha384: "1.2.840.10045.4.3.3",
  sha512: "1.2.840.10045.4.3.4",
};
const ED25519 = "1.3.101.112";
const DIGESTS: Readonly<Record<Hash, { readonly type: string; readonly bytes: number }>> = {
  sha256: { type: "2.16.840.1.101.3.4.2.1", bytes: 32 },
  sha384: { type: "2.16.840.1.101.3.4.2.2", bytes: 48 },
  sha512: { type: "2.16.840.1.101.3.4.2.3", bytes: 64 },
};
const MGF1 = "1.2.840.113549.1.1.8";

/** RSA's identifiers have NULL for parameters, those of the curves have none. Sources: RFC 4055, 5758, 8410. */
const rsa = (algorithm: string): AlgorithmIdentifier => new AlgorithmIdentifier({ algorithm, parameters: null });

const pssParameters = (hash: Hash): ArrayBuffer => {
  const { type, bytes } = DIGESTS[hash];
  const hashAlgorithm = rsa(type);
  const maskGenAlgorithm = new AlgorithmIdentifier({
    algorithm: MGF1,
    parameters: AsnConvert.serialize(hashAlgorithm),
  });
  return AsnConvert.serialize(new RsaSaPssParams({ hashAlgorithm, maskGenAlgorithm, saltLength: bytes }));
};

const identifierOf = ({ key, hash, pss }: Signer): AlgorithmIdentifier => {
  switch (kindOf(key)) {
    case "rsa":
      return pss
        ? new AlgorithmIdentifier({ algorithm: id_RSASSA_PSS, parameters: pssParameters(hash) })
        : rsa(RSA[hash]);
    case "ec":
      return new AlgorithmIdentifier({ algorithm: ECDSA[hash] });
    default:
      return new AlgorithmIdentifier({ algorithm: ED25519 });
  }
};

const encoded = new WeakMap<Signer, Buffer>();

/** DER of the identifier of what `signer` computes, encoded once for as long as the signer is kept. */
export const algorithmOf = (signer: Signer): Buffer => {
  const known = encoded.get(signer) ?? Buffer.from(AsnConvert.serialize(identifierOf(signer)));
  encoded.set(signer, known);
  return known;
};

const padding = (pss: boolean, hash: Hash) =>
  pss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: DIGESTS[hash].bytes } : {};

export const signatureOver = (bytes: Uint8Array, { key, hash, pss }: Signer): Buffer =>
  sign(kindOf(key) === "ed25519" ? null : hash, bytes, { key, ...padding(pss, hash) });

interface Claim {
  readonly kind: KeyKind;
  /** `null`: the algorithm hashes by itself. */
  readonly hash: Hash | "sha1" | null;
}

const entries = (kind: KeyKind, types: Readonly<Record<Hash, string>>): readonly (readonly [string, Claim])[] =>
  Object.entries(types).map(([hash, type]) => [type, { kind, hash: hash as Hash }]);

/**
 * What a request may be signed with. SHA-1 counts, as in the reference: the signature shows only that whoever asks has
 * the key, and nothing that is issued relies on it afterwards.
 */
const CLAIMS: ReadonlyMap<string, Claim> = new Map([
  ...entries("rsa", RSA),
  ...entries("ec", ECDSA),
  ["1.2.840.113549.1.1.5", { kind: "rsa", hash: "sha1" }],
  ["1.2.840.10045.4.1", { kind: "ec", hash: "sha1" }],
  [ED25519, { kind: "ed25519", hash: null }],
]);

const pssHash = (parameters: ArrayBuffer | null | undefined): Hash | undefined =>
  (Object.keys(DIGESTS) as Hash[]).find((hash) =>
    Buffer.from(pssParameters(hash)).equals(Buffer.from(parameters ?? new ArrayBuffer(0))),
  );

/** Some write NULL where there are no parameters, and nothing where NULL belongs; of Ed25519 neither is known. */
const plainClaim = (algorithm: string, parameters: ArrayBuffer | null | undefined): Claim | undefined => {
  const isPlain = parameters === undefined || (parameters === null && algorithm !== ED25519);
  return isPlain ? CLAIMS.get(algorithm) : undefined;
};

/** Whether the key made the signature over the bytes, by an algorithm that a request may name. */
export const holds = (
  key: KeyObject,
  { algorithm, parameters }: AlgorithmIdentifier,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean => {
  const pss = algorithm === id_RSASSA_PSS ? pssHash(parameters) : undefined;
  const claim = pss === undefined ? plainClaim(algorithm, parameters) : { kind: "rsa" as const, hash: pss };
  if (claim === undefined || claim.kind !== kindOf(key)) return false;
  const how = pss === undefined ? {} : padding(true, pss);
  try {
    return verify(claim.hash, signed, { key, ...how }, signature);
  } catch {
    return false;
  }
};
