import { X509Certificate } from "node:crypto";
import type { PeerCertificates } from "../std/brand.ts";

/**
 * The serial number of the certificate that the client showed, decimal, as Vault's log has it; `undefined` for none and
 * for one that cannot be read. It is what the client showed, whatever became of the request.
 */
export const clientSerialNumber = (shown: PeerCertificates | undefined): string | undefined => {
  if (shown === undefined) return undefined;
  try {
    const [, minus = "", digits = ""] = /^(-?)([0-9A-F]+)$/.exec(new X509Certificate(shown).serialNumber) ?? [];
    return digits === "" ? undefined : `${minus}${BigInt(`0x${digits}`)}`;
  } catch {
    return undefined;
  }
};
