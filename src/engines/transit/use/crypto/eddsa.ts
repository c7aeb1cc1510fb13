import { type KeyObject, sign, verify } from "node:crypto";

/** Ed25519 (RFC 8032). The input is signed as it is, whatever hash the caller names. */

export const signEd25519 = (key: KeyObject, input: Uint8Array): Buffer => sign(null, input, key);

export const verifyEd25519 = (key: KeyObject, input: Uint8Array, signature: Uint8Array): boolean =>
  verify(null, input, key, signature);
