import { createPrivateKey, type KeyObject } from "node:crypto";
import type { Sensitive } from "./sensitive.ts";

/**
 * A private key as its sealed bytes hold it: PKCS#8 in DER. Throws Node's own error for anything else.
 *
 * Security: the bytes are read where they are. A copy of them would stay in memory until it is collected.
 */
export const privateKeyOf = (pkcs8: Sensitive<Uint8Array>): KeyObject => {
  const { buffer, byteOffset, byteLength } = pkcs8.reveal();
  return createPrivateKey({ key: Buffer.from(buffer, byteOffset, byteLength), format: "der", type: "pkcs8" });
};
