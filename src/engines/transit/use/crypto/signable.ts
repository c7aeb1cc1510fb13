import type { SignedHash } from "./hashes.ts";
import type { SaltLength } from "./pss.ts";

/** What is signed: a message, or with `prehashed` what is taken for its hash. */
export interface Signable {
  readonly bytes: Uint8Array;
  readonly hash: SignedHash;
  /** Always with the hash `none`. */
  readonly prehashed: boolean;
}

export interface SigningOptions {
  /** `pss`, `pkcs1v15`, or anything else, which an RSA key refuses and the others never ask for. */
  readonly algorithm: string;
  /** How ECDSA writes its two numbers, and which base64 a signature is in. */
  readonly marshaling: "asn1" | "jws";
  readonly salt: SaltLength;
}
