import { KEY_TYPES, type KeyType } from "../model.ts";

/** What each type of key is made of, and what it can do. */

/** What a version's secret is: so many random bytes, or a key pair. */
export type Make =
  | { readonly make: "bytes"; readonly length: number }
  | { readonly make: "rsa"; readonly bits: number }
  | { readonly make: "ec"; readonly curve: string }
  | { readonly make: "ed25519" }
  | { readonly make: "hmac" };

export interface KeyKind {
  readonly made: Make;
  /** What a read calls the key of a version; only types with public keys have it. */
  readonly label?: string;
  readonly encrypts: boolean;
  readonly signs: boolean;
  readonly derives: boolean;
  readonly converges: boolean;
}

const symmetric = (length: number): KeyKind => ({
  made: { make: "bytes", length },
  encrypts: true,
  signs: false,
  derives: true,
  converges: true,
});

const rsa = (bits: number): KeyKind => ({
  made: { make: "rsa", bits },
  label: `rsa-${bits}`,
  encrypts: true,
  signs: true,
  derives: false,
  converges: false,
});

const ec = (curve: string): KeyKind => ({
  made: { make: "ec", curve },
  label: curve,
  encrypts: false,
  signs: true,
  derives: false,
  converges: false,
});

const KINDS: Readonly<Record<KeyType, KeyKind>> = {
  "aes128-gcm96": symmetric(16),
  "aes256-gcm96": symmetric(32),
  "chacha20-poly1305": symmetric(32),
  "xchacha20-poly1305": symmetric(32),
  ed25519: {
    made: { make: "ed25519" },
    label: "ed25519",
    encrypts: false,
    signs: true,
    derives: true,
    converges: false,
  },
  "ecdsa-p256": ec("P-256"),
  "ecdsa-p384": ec("P-384"),
  "ecdsa-p521": ec("P-521"),
  "rsa-2048": rsa(2048),
  "rsa-3072": rsa(3072),
  "rsa-4096": rsa(4096),
  hmac: { made: { make: "hmac" }, encrypts: false, signs: false, derives: false, converges: false },
};

export const kindOf = (type: KeyType): KeyKind => KINDS[type];

/** A type by the name that callers give; `undefined` for an unknown one. */
export const keyType = (name: string): KeyType | undefined => KEY_TYPES.find((type) => type === name);
