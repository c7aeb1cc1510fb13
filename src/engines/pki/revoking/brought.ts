import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { invalidRequest, type VaultError } from "../../../framework/index.ts";
import { pemBlocks, Unreadable } from "../../../x509/index.ts";
import { encodedKey } from "../../../x509/issuing/index.ts";
import { serialOfNumber } from "./serials.ts";

/** Certificates and keys that callers bring along to have a certificate revoked. Nothing of theirs is in a text. */

/** A mistake that the reference answers as an error of the engine. */
const wrong = (text: string, cause?: unknown): VaultError => invalidRequest(text, { multi: true, cause });

/** A certificate as revoking knows it. What its extensions say does not matter, so it is read less strictly than others. */
export interface Brought {
  readonly serial: string;
  readonly der: Buffer;
  /** Epoch seconds. */
  readonly notAfter: number;
  readonly x509: X509Certificate;
}

const SHORTEST_CERTIFICATE = 75;
const SHORTEST_KEY = 64;

const firstBlock = (text: string): Buffer | undefined => {
  try {
    return pemBlocks(text, ["CERTIFICATE"])[0];
  } catch (cause) {
    if (cause instanceof Unreadable) return undefined;
    throw cause;
  }
};

/** Reads a certificate's DER. Throws `invalid_request`. */
export const certificateOf = (der: Uint8Array): Brought => {
  let x509: X509Certificate;
  try {
    x509 = new X509Certificate(der);
  } catch (cause) {
    throw wrong("certificate could not be parsed: x509: malformed certificate", cause);
  }
  const serial = /^[0-9A-F]+$/i.test(x509.serialNumber) ? serialOfNumber(BigInt(`0x${x509.serialNumber}`)) : "";
  if (serial === "") throw wrong("invalid serial number on presented certificate");
  return { serial, der: x509.raw, notAfter: Math.floor(Date.parse(x509.validTo) / 1000), x509 };
};

/** The first certificate of a PEM text. Throws `invalid_request`. */
export const certificateIn = (pem: string): Brought => {
  if (pem.length < SHORTEST_CERTIFICATE) {
    throw wrong(
      "provided certificate data was too short; perhaps a path was passed to the API rather than the contents of a PEM file",
    );
  }
  const der = firstBlock(pem);
  if (!der) throw wrong("certificate contains no PEM data");
  return certificateOf(der);
};

/** Refuses a text too short for a key before anything is looked up. */
export const checkKeyText = (pem: string | undefined): string => {
  if (pem === undefined) throw invalidRequest("Must have private key to revoke via the /revoke-with-key path.");
  if (pem.length < SHORTEST_KEY) {
    throw invalidRequest(
      "Provided data for private_key was too short; perhaps a path was passed to the API rather than the contents of a PEM file?",
    );
  }
  return pem;
};

const keyIn = (pem: string): KeyObject => {
  if (!/-----BEGIN [A-Z0-9 ]+-----/.test(pem)) {
    throw wrong("provided key PEM block contained no data or failed to parse");
  }
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw wrong("failed to parse provided private key: no key, or one with a passphrase", cause);
  }
};

/** That a caller holds the certificate's key. Throws `invalid_request` with the reference's texts. */
export const proveKey = (pem: string, { x509: { publicKey } }: Pick<Brought, "x509">): void => {
  const own = createPublicKey(keyIn(pem));
  if (own.asymmetricKeyType !== publicKey.asymmetricKeyType) {
    throw wrong("provided private key type does not match certificate's public key type");
  }
  if (!encodedKey(own).equals(encodedKey(publicKey))) {
    throw wrong("provided private key does not match certificate's public key");
  }
};
