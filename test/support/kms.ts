import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { IncorrectKeyException, InvalidCiphertextException } from "@aws-sdk/client-kms";
import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, Kms } from "../../src/aws-clients/kms.ts";

/**
 * KMS in a few lines for unit tests: one key, the encryption context as associated data, every call recorded. Set
 * `fail` to make calls throw.
 */
export interface FakeKms {
  readonly client: Kms;
  readonly keyId: string;
  readonly calls: { readonly operation: string; readonly context: Readonly<Record<string, string>> }[];
  /** Thrown instead of an answer while set. */
  fail: Error | undefined;
  /** Lets a test answer something else than KMS would. */
  answer: <T extends object>(answer: T) => T;
}

const associated = (keyId: string, context: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(JSON.stringify([keyId, Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))]));

const wrap = (root: Buffer, aad: Buffer, plain: Uint8Array): Buffer => {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", root, iv, { authTagLength: 16 });
  cipher.setAAD(aad);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

const unwrap = (root: Buffer, aad: Buffer, blob: Uint8Array): Buffer => {
  try {
    const decipher = createDecipheriv("aes-256-gcm", root, blob.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(aad);
    decipher.setAuthTag(blob.subarray(-16));
    return Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
  } catch {
    throw new InvalidCiphertextException({ message: "", $metadata: {} });
  }
};

export const createFakeKms = (keyId = "arn:aws:kms:us-east-1:000000000000:key/test"): FakeKms => {
  const root = randomBytes(32);
  const client = new Kms({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    endpoint: () => Promise.reject(new Error("the test key is in memory")),
  });
  const kms: FakeKms = { client, keyId, calls: [], fail: undefined, answer: (answer) => answer };

  const send = async (command: unknown): Promise<object> => {
    if (!(command instanceof GenerateDataKeyWithoutPlaintextCommand) && !(command instanceof DecryptCommand)) {
      throw new Error("the test key makes and unwraps data keys only");
    }
    const { EncryptionContext: context = {}, KeyId } = command.input;
    kms.calls.push({ operation: command.constructor.name.replace("Command", ""), context });
    if (kms.fail) throw kms.fail;
    if (KeyId !== keyId) throw new IncorrectKeyException({ message: "", $metadata: {} });
    const aad = associated(keyId, context);
    if (command instanceof GenerateDataKeyWithoutPlaintextCommand) {
      return kms.answer({ KeyId: keyId, CiphertextBlob: wrap(root, aad, randomBytes(32)), $metadata: {} });
    }
    const plain = unwrap(root, aad, command.input.CiphertextBlob ?? new Uint8Array());
    return kms.answer({ KeyId: keyId, Plaintext: plain, $metadata: {} });
  };
  Object.defineProperty(client, "send", { value: send });
  return kms;
};
