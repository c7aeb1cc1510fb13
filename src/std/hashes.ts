/** Hash functions as Vault's API names them. */

interface HashFunction {
  /** As node:crypto names it. */
  readonly node: string;
  /** Length of what it makes. */
  readonly bytes: number;
}

export const HASHES = {
  sha1: { node: "sha1", bytes: 20 },
  "sha2-224": { node: "sha224", bytes: 28 },
  "sha2-256": { node: "sha256", bytes: 32 },
  "sha2-384": { node: "sha384", bytes: 48 },
  "sha2-512": { node: "sha512", bytes: 64 },
  "sha3-224": { node: "sha3-224", bytes: 28 },
  "sha3-256": { node: "sha3-256", bytes: 32 },
  "sha3-384": { node: "sha3-384", bytes: 48 },
  "sha3-512": { node: "sha3-512", bytes: 64 },
} as const satisfies Readonly<Record<string, HashFunction>>;
export type HashName = keyof typeof HASHES;

export const isHashName = (name: string): name is HashName => Object.hasOwn(HASHES, name);
