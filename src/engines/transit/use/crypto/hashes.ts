import { createHash, createHmac } from "node:crypto";
import { HASHES, type HashName, isHashName } from "../../../../std/hashes.ts";

/** The hash functions of signatures and HMACs by their names on the wire. */

export { type HashName, isHashName };

/** What a signature is of: the hash of a message, or with `none` any bytes. */
export type SignedHash = HashName | "none";

export const isSignedHash = (name: string): name is SignedHash => name === "none" || isHashName(name);

export const hashOf = (name: HashName, data: Uint8Array): Buffer => createHash(HASHES[name].node).update(data).digest();

export const hmacOf = (name: HashName, key: Uint8Array, data: Uint8Array): Buffer =>
  createHmac(HASHES[name].node, key).update(data).digest();

export const hashBytes = (name: HashName): number => HASHES[name].bytes;

export const nodeName = (name: HashName): string => HASHES[name].node;
