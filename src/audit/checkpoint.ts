import { createHash, createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import { type Checkpoint, type Link, signedText } from "./link.ts";

/**
 * What ties audit lines together. Every line carries who wrote it, its number and the hash of the writer's line before
 * it; a checkpoint is a line that signs such a hash with Ed25519, and so vouches for every line up to it. Anyone with
 * the public key can check; the log alone is not enough to make another.
 */

export const hashOf = (line: string): string => hash("sha256", line, "hex");

/** The same in base64url, as the next line has it. */
export const digestOf = (line: string): string => hash("sha256", line, "base64url");

const signedBytes = (link: Link, from: number, time: string): Buffer => Buffer.from(signedText(link, from, time));

/** RFC 8410: the bytes before the 32 bytes of an Ed25519 private key in PKCS #8. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

const publicPart = (key: KeyObject): KeyObject => (key.type === "private" ? createPublicKey(key) : key);

export const publicPem = (key: KeyObject): string => publicPart(key).export({ type: "spki", format: "pem" }).toString();

/** The first 16 hex digits of the SHA-256 of the public key's SPKI. */
export const keyId = (key: KeyObject): string =>
  createHash("sha256")
    .update(publicPart(key).export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);

/** From 32 random bytes. */
export const signingKey = (seed: Uint8Array): SigningKey => {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
  return { id: keyId(privateKey), privateKey };
};

export const signCheckpoint = (key: SigningKey, link: Link, from: number, time: string): Checkpoint => ({
  from,
  key: key.id,
  signature: sign(null, signedBytes(link, from, time), key.privateKey).toString("base64"),
});

export const checkpointHolds = (key: KeyObject, link: Link, checkpoint: Checkpoint, time: string): boolean =>
  verify(null, signedBytes(link, checkpoint.from, time), key, Buffer.from(checkpoint.signature, "base64"));
