import { type KeyObject, sign } from "node:crypto";
import { publicKeyOf, type SshPublicKey } from "./public-key.ts";
import { malformed, mpint, string, uint32, uint64 } from "./wire.ts";

/**
 * OpenSSH certificates: a key, whom it speaks for and how long, signed by a CA. RSA signs with SHA-2.
 * Source: OpenSSH `PROTOCOL.certkeys`; RFC 8332 for RSA's signatures, RFC 5656 section 3.1.2 for ECDSA's.
 */

export type RsaSigner = "rsa-sha2-256" | "rsa-sha2-512";

export interface Certificate {
  readonly key: SshPublicKey;
  readonly type: "user" | "host";
  readonly serial: bigint;
  readonly keyId: string;
  /** Empty: valid for every user or host. */
  readonly principals: readonly string[];
  /** Epoch seconds. */
  readonly validAfter: number;
  readonly validBefore: number;
  readonly criticalOptions: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, string>>;
  /** 32 bytes nobody can foresee. */
  readonly nonce: Uint8Array;
}

const TYPES = { user: 1, host: 2 } as const;

/** `ssh-ed25519` to `ssh-ed25519-cert-v01@openssh.com`; keys in a security key have the domain already. */
export const certificateType = (keyType: string): string =>
  `${keyType.replace(/@openssh\.com$/, "")}-cert-v01@openssh.com`;

/** Options in the order of their names' bytes. A value is a string inside a string, none is empty. */
const options = (values: Readonly<Record<string, string>>): Buffer => {
  const sorted = Object.entries(values)
    .map(([name, value]) => ({ name: Buffer.from(name, "utf8"), value }))
    .sort((a, b) => Buffer.compare(a.name, b.name));
  return Buffer.concat(sorted.flatMap(({ name, value }) => [string(name), string(value === "" ? "" : string(value))]));
};

const ECDSA_HASHES: Readonly<Record<number, string>> = { 256: "sha256", 384: "sha384", 521: "sha512" };

const signature = (data: Buffer, signer: KeyObject, ca: SshPublicKey, rsa: RsaSigner): Buffer => {
  if (ca.kind === "rsa") {
    return Buffer.concat([string(rsa), string(sign(rsa === "rsa-sha2-512" ? "sha512" : "sha256", data, signer))]);
  }
  if (ca.kind === "ed25519") return Buffer.concat([string(ca.type), string(sign(null, data, signer))]);
  const hash = ECDSA_HASHES[ca.bits] ?? malformed("unsupported curve");
  const both = sign(hash, data, { key: signer, dsaEncoding: "ieee-p1363" });
  const half = both.length / 2;
  return Buffer.concat([
    string(ca.type),
    string(Buffer.concat([mpint(both.subarray(0, half)), mpint(both.subarray(half))])),
  ]);
};

/** The certificate's line, as it is saved next to the key. `rsa` says how an RSA key signs. */
export const signCertificate = (certificate: Certificate, signer: KeyObject, rsa: RsaSigner): string => {
  const ca = publicKeyOf(signer);
  const name = certificateType(certificate.key.type);
  const body = Buffer.concat([
    string(name),
    string(certificate.nonce),
    certificate.key.fields,
    uint64(certificate.serial),
    uint32(TYPES[certificate.type]),
    string(certificate.keyId),
    string(Buffer.concat(certificate.principals.map(string))),
    uint64(BigInt(certificate.validAfter)),
    uint64(BigInt(certificate.validBefore)),
    string(options(certificate.criticalOptions)),
    string(options(certificate.extensions)),
    string(""),
    string(ca.blob),
  ]);
  const whole = Buffer.concat([body, string(signature(body, signer, ca, rsa))]);
  return `${name} ${whole.toString("base64")}\n`;
};
