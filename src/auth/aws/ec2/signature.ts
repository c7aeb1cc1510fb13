import { type KeyObject, verify } from "node:crypto";
import { invalidRequest, type VaultError } from "../../../framework/index.ts";
import { restate } from "../../../std/restate.ts";
import type { Pinned } from "./certificates.ts";
import { CmsError, readCms, type SignedContent } from "./cms.ts";
import { type IdentityDocument, readDocument } from "./document.ts";

/**
 * Who signed an identity document. The document that comes out is what was signed, never a copy sent along with it.
 *
 * Security: only pinned certificates verify, each within its time and for documents of its own regions. No text of a
 * document is interpreted before its signature holds.
 */

/** What a login brings, decoded: one message with the document inside, or the document with its signature. */
export type Proof =
  | { readonly use: "pkcs7"; readonly message: Buffer }
  | { readonly use: "identity"; readonly document: Buffer; readonly signature: Buffer };

const UNVERIFIED = "failed to verify the signature";
const UNSUCCESSFUL = "instance identity verification using SHA256 RSA signature is unsuccessful";

/** RSA (PKCS #1 v1.5) with SHA-256. False for anything that is not exactly such a signature. */
export const isRsaSigned = (document: Uint8Array, signature: Uint8Array, key: KeyObject): boolean =>
  key.asymmetricKeyType === "rsa" && verify("sha256", document, key, signature);

const isSigned = ({ attributes, digest, algorithm, signature }: SignedContent, key: KeyObject): boolean => {
  if (key.asymmetricKeyType !== algorithm) return false;
  if (algorithm === "rsa") return digest === "sha256" && isRsaSigned(attributes, signature, key);
  return verify(digest, attributes, key, signature);
};

/** Those that a message may mean: only the key tells which one it is, and whether it is any. */
const named = (certificates: readonly Pinned[], { signer }: SignedContent): readonly Pinned[] =>
  certificates.filter(({ raw }) => raw.includes(signer.issuer) && raw.includes(signer.serial));

const covers = ({ regions }: Pinned, { region }: IdentityDocument): boolean => regions?.has(region) ?? true;

const documentOf = (content: Buffer, signedBy: readonly Pinned[], refusal: string): IdentityDocument => {
  const document = readDocument(content);
  if (signedBy.some((one) => covers(one, document))) return document;
  throw invalidRequest(`${refusal}: the certificate is not that of the document's region`);
};

const fromMessage = (message: Buffer, certificates: readonly Pinned[]): IdentityDocument => {
  const unreadable = (cause: CmsError): VaultError =>
    invalidRequest(`failed to parse the BER encoded PKCS#7 signature: ${cause.message}`);
  const signed = restate(CmsError, unreadable, () => readCms(message));
  const candidates = named(certificates, signed);
  if (candidates.length === 0) throw invalidRequest(`${UNVERIFIED}: no certificate for signer`);
  const signedBy = candidates.filter(({ key }) => isSigned(signed, key));
  if (signedBy.length === 0) throw invalidRequest(`${UNVERIFIED}: it is not by the key of the certificate`);
  if (signed.content.length === 0)
    throw invalidRequest("instance identity document could not be found in the signature");
  return documentOf(signed.content, signedBy, UNVERIFIED);
};

/** The document of a login, once a certificate vouches for it. `now` in milliseconds. Throws `invalid_request`. */
export const verifiedDocument = (proof: Proof, certificates: readonly Pinned[], now: number): IdentityDocument => {
  const usable = certificates.filter(({ use, from, until }) => use === proof.use && from <= now && now <= until);
  if (usable.length === 0) throw invalidRequest("certificates to verify the signature are not found");
  if (proof.use === "pkcs7") return fromMessage(proof.message, usable);
  const signedBy = usable.filter(({ key }) => isRsaSigned(proof.document, proof.signature, key));
  if (signedBy.length === 0) throw invalidRequest(UNSUCCESSFUL);
  return documentOf(proof.document, signedBy, UNSUCCESSFUL);
};
