import { createPrivateKey, type KeyObject } from "node:crypto";
import { invalidRequest } from "../../../framework/index.ts";
import { pemBlock } from "../../../x509/index.ts";
import { kindOf } from "../../../x509/issuing/index.ts";
import { CURVE_BITS, type KeyType, LEAST_RSA_BITS, type Material } from "./key-material.ts";

/** Keys and certificates as texts: how they are shown, and how a private key is read. */

export const certificatePem = (der: Uint8Array): string => pemBlock("CERTIFICATE", der);

/** Types of certificates that are answered as bytes. */
export const CONTENT_TYPES = { der: "application/pkix-cert", pem: "application/pem-certificate-chain" } as const;

/** How answers show certificates and keys. */
export type Format = "pem" | "der" | "pem_bundle";

const BAD_FORMAT = 'the "format" path parameter must be "pem", "der", or "pem_bundle"';

/** Throws `refusal` for any other. */
export const formatOf = (given: string | undefined, refusal = BAD_FORMAT): Format => {
  const format = given ?? "pem";
  if (format === "pem" || format === "der" || format === "pem_bundle") return format;
  throw invalidRequest(refusal);
};

const LABELS: Readonly<Record<KeyType, string>> = {
  rsa: "RSA PRIVATE KEY",
  ec: "EC PRIVATE KEY",
  ed25519: "PRIVATE KEY",
};
const ENCODINGS = { rsa: "pkcs1", ec: "sec1", ed25519: "pkcs8" } as const;

export interface KeyTextOptions {
  readonly format: Format;
  readonly pkcs8: boolean;
}

/**
 * A private key as the caller who asked for it to be exported sees it, once.
 * Security: nothing else makes text of a key.
 */
export const keyText = ({ type, key }: Material, { format, pkcs8 }: KeyTextOptions): string => {
  const encoding = pkcs8 ? "pkcs8" : ENCODINGS[type];
  const der = key.export({ type: encoding, format: "der" });
  if (format === "der") return der.toString("base64");
  return pemBlock(pkcs8 ? LABELS.ed25519 : LABELS[type], der);
};

const MOST_RSA_BITS = 8192;

const parsed = (der: Uint8Array): KeyObject | undefined => {
  for (const type of ["sec1", "pkcs1", "pkcs8"] as const) {
    try {
      return createPrivateKey({ key: Buffer.from(der), format: "der", type });
    } catch {
      // Another encoding, or no key at all.
    }
  }
  return undefined;
};

/** Why a key that was read may not be used; `undefined`: it may. */
const fault = (key: KeyObject): string | undefined => {
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  switch (kindOf(key)) {
    case "rsa":
      if (modulusLength < LEAST_RSA_BITS) return `RSA keys < ${LEAST_RSA_BITS} bits are unsafe and not supported`;
      return modulusLength > MOST_RSA_BITS ? `RSA keys > ${MOST_RSA_BITS} bits are not supported` : undefined;
    case "ec":
      return Object.hasOwn(CURVE_BITS, namedCurve) ? undefined : "unsupported elliptic curve";
    case "ed25519":
      return undefined;
    default:
      return "unsupported private key type within pem bundle";
  }
};

/** The private key of a PEM block, in any of the usual encodings, or why it cannot be used. */
export const readKeyBlock = (der: Uint8Array): Material | { readonly problem: string } => {
  const key = parsed(der);
  if (!key) return { problem: "failed to parse PEM block: not a private key, or one that is encrypted" };
  const problem = fault(key);
  const type = kindOf(key);
  return problem === undefined && type ? { type, key } : { problem: problem ?? "unsupported private key type" };
};
