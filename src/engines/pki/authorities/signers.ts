import { invalidRequest } from "../../../framework/index.ts";
import { kindOf, type SignerOptions, signerByName, signerFor } from "../../../x509/issuing/index.ts";
import type { Signer } from "../../../x509/issuing/plans.ts";
import type { SigningIssuer } from "../model.ts";

/** How issuers sign: certificates, and what tells of revocations. */

const HASH_BITS: readonly number[] = [0, 256, 384, 512];

/** Refuses lengths of no hash; 0 is the usual one. Throws with the reference's text. */
export const refuseHash = (bits: number): void => {
  if (!HASH_BITS.includes(bits)) throw invalidRequest(`unsupported hash signature algorithm: ${bits}`);
};

const LONGER = { 384: "sha384", 512: "sha512" } as const;
const lengthOf = (hash: Signer["hash"]): number => Number(hash.slice(3));

/**
 * How an issuer signs a certificate: an RSA key by the hash and the padding that are asked for, a curve by the hash of
 * its length, or by a longer one where that is asked for. A shorter one, which the reference takes, would weaken the
 * signature.
 */
export const certificateSigner = ({ signer }: SigningIssuer, { bits, pss }: SignerOptions): Signer => {
  const kind = kindOf(signer.key);
  if (kind === "rsa") return signerFor(signer.key, { bits, pss });
  const asked = bits === 384 || bits === 512 ? LONGER[bits] : undefined;
  return kind === "ec" && asked !== undefined && lengthOf(asked) > lengthOf(signer.hash)
    ? { ...signer, hash: asked }
    : signer;
};

/** How an issuer signs lists and OCSP answers: as an operator set it, else as the key suggests. */
export const revocationSigner = ({ signer, stored }: SigningIssuer): Signer =>
  signerByName(signer.key, stored.revocationSignature) ?? signer;
