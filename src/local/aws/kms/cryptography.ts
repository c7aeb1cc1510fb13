/** What KMS keys are for: encryption, data keys, MACs, signatures. Source: AWS KMS API Reference. */
import { createHmac, createPrivateKey, createPublicKey, sign, timingSafeEqual, verify } from "node:crypto";
import type { JsonObject } from "../../../std/json.ts";
import type { Call } from "../call.ts";
import { bytes, choice, integer, optionalText, text, textMap } from "../fields.ts";
import type { KmsKey } from "../model.ts";
import { AwsError } from "../wire.ts";
import { open, seal } from "./ciphertext.ts";
import { type KmsOperation, keyArn, type Output, usableKey } from "./keys.ts";

const base64 = (data: Uint8Array): string => Buffer.from(data).toString("base64");
const algorithm = (input: JsonObject, name = "EncryptionAlgorithm"): string =>
  choice(input, name, ["SYMMETRIC_DEFAULT"], "SYMMETRIC_DEFAULT");

const encrypt: KmsOperation = (call, input) => {
  const plaintext = bytes(input, "Plaintext", 1, 4096);
  const EncryptionAlgorithm = algorithm(input);
  const key = usableKey(call, text(input, "KeyId"), "SYMMETRIC_DEFAULT");
  const blob = seal(call, key, plaintext, textMap(input, "EncryptionContext"));
  return { CiphertextBlob: base64(blob), KeyId: keyArn(call, key.id), EncryptionAlgorithm };
};

const decrypt: KmsOperation = (call, input) => {
  const blob = bytes(input, "CiphertextBlob", 1, 6144);
  const EncryptionAlgorithm = algorithm(input);
  const { key, plaintext } = open(call, blob, textMap(input, "EncryptionContext"), optionalText(input, "KeyId"));
  return { KeyId: keyArn(call, key.id), Plaintext: base64(plaintext), EncryptionAlgorithm };
};

const reEncrypt: KmsOperation = (call, input) => {
  const blob = bytes(input, "CiphertextBlob", 1, 6144);
  const from = algorithm(input, "SourceEncryptionAlgorithm");
  const to = algorithm(input, "DestinationEncryptionAlgorithm");
  const source = open(call, blob, textMap(input, "SourceEncryptionContext"), optionalText(input, "SourceKeyId"));
  const key = usableKey(call, text(input, "DestinationKeyId"), "SYMMETRIC_DEFAULT");
  return {
    CiphertextBlob: base64(seal(call, key, source.plaintext, textMap(input, "DestinationEncryptionContext"))),
    SourceKeyId: keyArn(call, source.key.id),
    KeyId: keyArn(call, key.id),
    SourceEncryptionAlgorithm: from,
    DestinationEncryptionAlgorithm: to,
  };
};

const dataKey = (call: Call, input: JsonObject): { plaintext: Uint8Array; rest: Output } => {
  const key = usableKey(call, text(input, "KeyId"), "SYMMETRIC_DEFAULT");
  const count = integer(input, "NumberOfBytes", 1, 1024);
  const spec = optionalText(input, "KeySpec");
  if ((count === undefined) === (spec === undefined)) {
    throw new AwsError("ValidationException", "Please specify either number of bytes or key spec.");
  }
  if (spec !== undefined) choice(input, "KeySpec", ["AES_256", "AES_128"], "AES_256");
  const plaintext = call.random.bytes(count ?? (spec === "AES_128" ? 16 : 32));
  const blob = seal(call, key, plaintext, textMap(input, "EncryptionContext"));
  return { plaintext, rest: { CiphertextBlob: base64(blob), KeyId: keyArn(call, key.id) } };
};

const macOf = (key: KmsKey, message: Uint8Array): Buffer =>
  createHmac("sha256", Buffer.from(key.material, "base64")).update(message).digest();
const macAlgorithm = (input: JsonObject): string => {
  text(input, "MacAlgorithm");
  return choice(input, "MacAlgorithm", ["HMAC_SHA_256"], "HMAC_SHA_256");
};

const generateMac: KmsOperation = (call, input) => {
  const MacAlgorithm = macAlgorithm(input);
  const message = bytes(input, "Message", 1, 4096);
  const key = usableKey(call, text(input, "KeyId"), "HMAC_256");
  return { Mac: base64(macOf(key, message)), MacAlgorithm, KeyId: keyArn(call, key.id) };
};

const verifyMac: KmsOperation = (call, input) => {
  const MacAlgorithm = macAlgorithm(input);
  const message = bytes(input, "Message", 1, 4096);
  const given = bytes(input, "Mac", 1, 6144);
  const key = usableKey(call, text(input, "KeyId"), "HMAC_256");
  const expected = macOf(key, message);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new AwsError("KMSInvalidMacException", "");
  }
  return { KeyId: keyArn(call, key.id), MacValid: true, MacAlgorithm };
};

const signingInput = (call: Call, input: JsonObject): { key: KmsKey; message: Buffer; SigningAlgorithm: string } => {
  text(input, "SigningAlgorithm");
  const SigningAlgorithm = choice(input, "SigningAlgorithm", ["ECDSA_SHA_256"], "ECDSA_SHA_256");
  if ((optionalText(input, "MessageType") ?? "RAW") !== "RAW") {
    throw new AwsError("UnsupportedOperationException", "Only MessageType RAW is supported here.");
  }
  const message = bytes(input, "Message", 1, 4096);
  return { key: usableKey(call, text(input, "KeyId"), "ECC_NIST_P256"), message, SigningAlgorithm };
};

const privateKey = (key: KmsKey) =>
  createPrivateKey({ key: Buffer.from(key.material, "base64"), format: "der", type: "pkcs8" });

const signMessage: KmsOperation = (call, input) => {
  const { key, message, SigningAlgorithm } = signingInput(call, input);
  return {
    KeyId: keyArn(call, key.id),
    Signature: base64(sign("sha256", message, privateKey(key))),
    SigningAlgorithm,
  };
};

const verifyMessage: KmsOperation = (call, input) => {
  const { key, message, SigningAlgorithm } = signingInput(call, input);
  const signature = bytes(input, "Signature", 1, 6144);
  if (!verify("sha256", message, createPublicKey(privateKey(key)), signature)) {
    throw new AwsError("KMSInvalidSignatureException", "");
  }
  return { KeyId: keyArn(call, key.id), SignatureValid: true, SigningAlgorithm };
};

const getPublicKey: KmsOperation = (call, input) => {
  const key = usableKey(call, text(input, "KeyId"), "ECC_NIST_P256");
  return {
    KeyId: keyArn(call, key.id),
    PublicKey: base64(createPublicKey(privateKey(key)).export({ type: "spki", format: "der" })),
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    KeyUsage: "SIGN_VERIFY",
    SigningAlgorithms: ["ECDSA_SHA_256"],
  };
};

export const cryptographicOperations: Readonly<Record<string, KmsOperation>> = {
  Encrypt: encrypt,
  Decrypt: decrypt,
  ReEncrypt: reEncrypt,
  GenerateDataKey: (call, input) => {
    const { plaintext, rest } = dataKey(call, input);
    return { ...rest, Plaintext: base64(plaintext) };
  },
  GenerateDataKeyWithoutPlaintext: (call, input) => dataKey(call, input).rest,
  GenerateRandom: (call, input) => ({
    Plaintext: base64(call.random.bytes(integer(input, "NumberOfBytes", 1, 1024) ?? 32)),
  }),
  GenerateMac: generateMac,
  VerifyMac: verifyMac,
  Sign: signMessage,
  Verify: verifyMessage,
  GetPublicKey: getPublicKey,
};
