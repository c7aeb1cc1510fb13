/**
 * Certificates, paths between them, and lists of the revoked. It trusts the anchors it is handed and Node's OpenSSL; it
 * must never believe a signature that nobody checked, ignore what it does not understand, or read a name in two ways.
 */
export { type Certificate, colonHex, readCertificate } from "./certificate.ts";
export { Unreadable } from "./errors.ts";
export { extensionText } from "./names.ts";
export { isForClients, isValidAt, pathsTo } from "./path.ts";
export { type PemBlock, pemBlock, pemBlocks, wholeBlocks } from "./pem.ts";
export { type RevocationList, readRevocationList } from "./revocation-list.ts";
