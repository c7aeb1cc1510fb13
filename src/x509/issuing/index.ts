/**
 * Signs certificates, requests, lists of the revoked and OCSP answers, and reads the requests of strangers. It trusts
 * its caller's plans and Node's OpenSSL; it must never decide what may be certified, or let a request in that can be
 * read in two ways.
 */

export { membersUnder } from "../strict-der.ts";
export {
  authorityInformation,
  changesSince,
  distributionPoints,
  freshestLists,
  listNumber,
} from "./addresses.ts";
export { encodedKey, keyBits, keyIdOf, signCertificate } from "./certificate.ts";
export { entriesOf, subjectDerOf } from "./embedded.ts";
export { Unwritable } from "./errors.ts";
export {
  authorityKeyId,
  basicConstraints,
  certificatePolicies,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  type Policy,
  present,
  subjectKeyId,
} from "./extensions.ts";
export { alternativeNamesExtension } from "./general-names.ts";
export { encodedName, type Subject, subjectName, subjectOf } from "./names.ts";
export { type AskedCertificate, isIssuerOf, type OcspRequest, readOcspRequest } from "./ocsp-request.ts";
export {
  type CertificateAnswer,
  type CertificateStatus,
  type OcspPlan,
  ocspFailure,
  signOcspResponse,
} from "./ocsp-response.ts";
export { isOid } from "./oids.ts";
export type {
  AlternativeName,
  CertificatePlan,
  CertificateRequest,
  ExtensionPlan,
  NamePart,
  NamePlan,
  RequestPlan,
  RevocationListPlan,
  RevokedCertificate,
  Signer,
} from "./plans.ts";
export { UNKNOWN_CURVE, UNKNOWN_KEY } from "./read-key.ts";
export { readRequest, UNPROVEN } from "./read-request.ts";
export { makeRequest } from "./request.ts";
export { signRevocationList } from "./revocation-list.ts";
export { randomSerial, serialText } from "./serials.ts";
export { type KeyKind, kindOf, SIGNATURES, type SignerOptions, signerByName, signerFor } from "./signatures.ts";
