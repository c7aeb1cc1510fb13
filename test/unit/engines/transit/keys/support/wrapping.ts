import { constants, createCipheriv, generateKeyPairSync, publicEncrypt, randomBytes } from "node:crypto";
import type { KeyType } from "../../../../../../src/engines/transit/model.ts";
import type { TestMount } from "./mount.ts";

/** A key wrapped as whoever imports one does it, and keys of every type to wrap. */
export const wrap = (publicKey: string, key: Uint8Array, hash = "sha256"): Buffer => {
  const aes = randomBytes(32);
  const cipher = createCipheriv("id-aes256-wrap-pad", aes, Buffer.from("a65959a6", "hex"));
  const wrapped = Buffer.concat([cipher.update(key), cipher.final()]);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return Buffer.concat([publicEncrypt({ key: publicKey, padding, oaepHash: hash }, aes), wrapped]);
};

export const wrappingKeyOf = async (mount: TestMount): Promise<string> =>
  String((await mount.request("read", "wrapping_key")).data.public_key);

const pkcs8 = { type: "pkcs8", format: "der" } as const;
const rsa = (modulusLength: number): Buffer => generateKeyPairSync("rsa", { modulusLength }).privateKey.export(pkcs8);
const ec = (namedCurve: string): Buffer => generateKeyPairSync("ec", { namedCurve }).privateKey.export(pkcs8);

const kept = new Map<number, Buffer>();
/** One of each size: they take long to make. */
const oneRsa = (bits: number): Buffer => {
  const one = kept.get(bits) ?? rsa(bits);
  kept.set(bits, one);
  return one;
};

/** A secret of each type, as it is wrapped: a new one, but for RSA. */
export const SECRET_OF: Readonly<Record<KeyType, () => Buffer>> = {
  "aes128-gcm96": () => randomBytes(16),
  "aes256-gcm96": () => randomBytes(32),
  "chacha20-poly1305": () => randomBytes(32),
  "xchacha20-poly1305": () => randomBytes(32),
  ed25519: () => generateKeyPairSync("ed25519").privateKey.export(pkcs8),
  "ecdsa-p256": () => ec("P-256"),
  "ecdsa-p384": () => ec("P-384"),
  "ecdsa-p521": () => ec("P-521"),
  "rsa-2048": () => oneRsa(2048),
  "rsa-3072": () => oneRsa(3072),
  "rsa-4096": () => oneRsa(4096),
  hmac: () => randomBytes(100),
};
