/**
 * KMS's ciphertext blob, in a form of this double's own (KMS's is opaque): version, key id, IV, tag, ciphertext. The
 * encryption context and the key's ARN are associated data, so that neither can be changed.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Call } from "../call.ts";
import { type KmsKey, own } from "../model.ts";
import { AwsError } from "../wire.ts";
import { findKey, keyArn, usableKey } from "./keys.ts";

export type EncryptionContext = Readonly<Record<string, string>>;

const VERSION = 1;
const HEADER = 1 + 16 + 12 + 16;

const associated = (call: Call, key: KmsKey, context: EncryptionContext): Buffer => {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify([keyArn(call, key.id), pairs]));
};

export const seal = (call: Call, key: KmsKey, plaintext: Uint8Array, context: EncryptionContext): Buffer => {
  const iv = Buffer.from(call.random.bytes(12));
  const material = Buffer.from(key.material, "base64");
  const cipher = createCipheriv("aes-256-gcm", material, iv, { authTagLength: 16 });
  cipher.setAAD(associated(call, key, context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const id = Buffer.from(key.id.replaceAll("-", ""), "hex");
  return Buffer.concat([Buffer.of(VERSION), id, iv, cipher.getAuthTag(), sealed]);
};

const invalid = (): AwsError => new AwsError("InvalidCiphertextException", "");

const keyOf = (call: Call, blob: Buffer): KmsKey => {
  if (blob.length < HEADER || blob[0] !== VERSION) throw invalid();
  const hex = blob.subarray(1, 17).toString("hex");
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  if (own(call.here.keys, id)) return usableKey(call, id, "SYMMETRIC_DEFAULT");
  throw new AwsError(
    "AccessDeniedException",
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
  );
};

/**
 * Opens a blob made by `seal`. `wanted` is the request's KeyId, when it has one: another key's blob is refused with
 * `IncorrectKeyException`; a changed blob or context with `InvalidCiphertextException`.
 */
export const open = (
  call: Call,
  blob: Buffer,
  context: EncryptionContext,
  wanted: string | undefined,
): { key: KmsKey; plaintext: Buffer } => {
  const named = wanted === undefined ? undefined : findKey(call, wanted);
  const key = keyOf(call, blob);
  if (named && named.id !== key.id) {
    throw new AwsError(
      "IncorrectKeyException",
      "The key ID in the request does not identify a CMK that can perform this operation.",
    );
  }
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key.material, "base64"), blob.subarray(17, 29), {
    authTagLength: 16,
  });
  decipher.setAAD(associated(call, key, context));
  decipher.setAuthTag(blob.subarray(29, HEADER));
  try {
    return { key, plaintext: Buffer.concat([decipher.update(blob.subarray(HEADER)), decipher.final()]) };
  } catch {
    throw invalid();
  }
};
