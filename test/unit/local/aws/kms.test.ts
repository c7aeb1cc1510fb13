import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
  ReEncryptCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
} from "@aws-sdk/client-kms";
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { EmbeddedAws } from "../../../../src/local/aws/index.ts";
import { ACCOUNT_1, ADMIN_2, failureOf, inProcess, startAws } from "./support.ts";

let aws: EmbeddedAws;
let kms: KMSClient;
let keyId: string;
const hello = Buffer.from("hello");
const context = { app: "zeroth", domain: "token" };

const newKey = async (input: ConstructorParameters<typeof CreateKeyCommand>[0] = {}): Promise<string> =>
  (await kms.send(new CreateKeyCommand(input))).KeyMetadata?.KeyId ?? "";
const encrypt = async (key = keyId, EncryptionContext: Record<string, string> = context): Promise<Uint8Array> =>
  (await kms.send(new EncryptCommand({ KeyId: key, Plaintext: hello, EncryptionContext }))).CiphertextBlob ??
  new Uint8Array();
const decrypt = (CiphertextBlob: Uint8Array, more: { KeyId?: string; EncryptionContext?: Record<string, string> }) =>
  kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context, ...more }));

beforeEach(async () => {
  aws = await startAws();
  kms = new KMSClient(inProcess(aws));
  keyId = await newKey();
});

describe("KMS encryption", () => {
  it("gives back what it encrypted and names the key by its ARN", async () => {
    const opened = await decrypt(await encrypt(), {});
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("hello");
    expect(opened.KeyId).toBe(`arn:aws:kms:us-east-1:${ACCOUNT_1}:key/${keyId}`);
  });

  it("does not care for the order of the encryption context", async () => {
    const opened = await decrypt(await encrypt(), { EncryptionContext: { domain: "token", app: "zeroth" } });
    expect(opened.Plaintext).toHaveLength(5);
  });

  it.each([
    ["absent", {}],
    ["with another value", { ...context, domain: "config" }],
    ["with one pair more", { ...context, more: "" }],
    ["with one pair less", { app: "zeroth" }],
  ])("refuses an encryption context %s", async (_, EncryptionContext) => {
    const failure = await failureOf(decrypt(await encrypt(), { EncryptionContext }));
    expect(failure.name).toBe("InvalidCiphertextException");
  });

  it("refuses a ciphertext with one bit changed anywhere behind the key's name", async () => {
    const blob = Buffer.from(await encrypt());
    for (let at = 17; at < blob.length; at++) {
      const changed = Buffer.from(blob);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect((await failureOf(decrypt(changed, {}))).name).toBe("InvalidCiphertextException");
    }
  });

  it("refuses another key than the one that encrypted", async () => {
    const failure = await failureOf(decrypt(await encrypt(), { KeyId: await newKey() }));
    expect(failure.name).toBe("IncorrectKeyException");
  });

  it("refuses a plaintext above 4096 bytes", async () => {
    const long = new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.alloc(4097) });
    expect((await failureOf(kms.send(long))).name).toBe("ValidationException");
  });

  it("re-encrypts under another key and context", async () => {
    const other = await newKey();
    const moved = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: await encrypt(),
        SourceEncryptionContext: context,
        DestinationKeyId: other,
        DestinationEncryptionContext: { moved: "yes" },
      }),
    );
    const opened = await decrypt(moved.CiphertextBlob ?? hello, { KeyId: other, EncryptionContext: { moved: "yes" } });
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("hello");
  });
});

describe("KMS data keys", () => {
  it("come with a blob that opens to the same bytes", async () => {
    const made = await kms.send(
      new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: "AES_256", EncryptionContext: context }),
    );
    const opened = await decrypt(made.CiphertextBlob ?? hello, {});
    expect(opened.Plaintext).toHaveLength(32);
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(made.Plaintext ?? []));
  });

  it("can be had without their plaintext", async () => {
    const made = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId: keyId, NumberOfBytes: 64 }));
    expect((await decrypt(made.CiphertextBlob ?? hello, { EncryptionContext: {} })).Plaintext).toHaveLength(64);
    expect(made).not.toHaveProperty("Plaintext");
  });

  it("need a size", async () => {
    expect((await failureOf(kms.send(new GenerateDataKeyCommand({ KeyId: keyId })))).name).toBe("ValidationException");
  });
});

describe("KMS keys that may not be used", () => {
  it("refuses a disabled key until it is enabled again", async () => {
    const blob = await encrypt();
    await kms.send(new DisableKeyCommand({ KeyId: keyId }));
    expect((await failureOf(decrypt(blob, {}))).name).toBe("DisabledException");
    await kms.send(new EnableKeyCommand({ KeyId: keyId }));
    expect((await decrypt(blob, {})).Plaintext).toHaveLength(5);
  });

  it("refuses a key that waits for its deletion, and brings it back disabled", async () => {
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 7 }));
    expect((await failureOf(encrypt())).name).toBe("KMSInvalidStateException");
    await kms.send(new CancelKeyDeletionCommand({ KeyId: keyId }));
    expect((await failureOf(encrypt())).name).toBe("DisabledException");
  });

  it.each(["00000000-0000-4000-8000-000000000000", "alias/none", "nonsense"])("does not find %s", async (name) => {
    expect((await failureOf(encrypt(name))).name).toBe("NotFoundException");
  });

  it("does not open another account's ciphertext", async () => {
    const blob = await encrypt();
    const stranger = new KMSClient(inProcess(aws, ADMIN_2));
    const attempt = stranger.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: context }));
    expect((await failureOf(attempt)).name).toBe("AccessDeniedException");
  });

  it("does not lend a key to another account by its ARN", async () => {
    const stranger = new KMSClient(inProcess(aws, ADMIN_2));
    const KeyId = `arn:aws:kms:us-east-1:${ACCOUNT_1}:key/${keyId}`;
    const attempt = stranger.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }));
    expect((await failureOf(attempt)).name).toBe("AccessDeniedException");
  });

  it("does not encrypt with a key made for MACs", async () => {
    const mac = await newKey({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    expect((await failureOf(encrypt(mac))).name).toBe("InvalidKeyUsageException");
  });
});

describe("KMS names", () => {
  it("finds a key by its alias and by the alias's ARN", async () => {
    await kms.send(new CreateAliasCommand({ AliasName: "alias/zeroth", TargetKeyId: keyId }));
    for (const name of ["alias/zeroth", `arn:aws:kms:us-east-1:${ACCOUNT_1}:alias/zeroth`]) {
      expect((await kms.send(new DescribeKeyCommand({ KeyId: name }))).KeyMetadata?.KeyId).toBe(keyId);
    }
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId: keyId }));
    expect(Aliases?.map((alias) => alias.AliasName)).toEqual(["alias/zeroth"]);
  });

  it("pages through the keys", async () => {
    await newKey();
    await newKey();
    const first = await kms.send(new ListKeysCommand({ Limit: 2 }));
    const second = await kms.send(
      new ListKeysCommand({ Limit: 2, ...(first.NextMarker && { Marker: first.NextMarker }) }),
    );
    expect([first.Keys?.length, first.Truncated, second.Keys?.length, second.Truncated]).toEqual([2, true, 1, false]);
  });
});

describe("KMS MACs and signatures", () => {
  it("verifies a MAC over the same message only", async () => {
    const KeyId = await newKey({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    const made = await kms.send(new GenerateMacCommand({ KeyId, MacAlgorithm: "HMAC_SHA_256", Message: hello }));
    const check = (Message: Uint8Array) =>
      kms.send(new VerifyMacCommand({ KeyId, MacAlgorithm: "HMAC_SHA_256", Message, Mac: made.Mac }));
    expect((await check(hello)).MacValid).toBe(true);
    expect((await failureOf(check(Buffer.from("hallo")))).name).toBe("KMSInvalidMacException");
  });

  it("verifies a signature over the same message only, and gives the public key", async () => {
    const KeyId = await newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const SigningAlgorithm = "ECDSA_SHA_256";
    const { Signature } = await kms.send(new SignCommand({ KeyId, SigningAlgorithm, Message: hello }));
    const check = (Message: Uint8Array) => kms.send(new VerifyCommand({ KeyId, SigningAlgorithm, Message, Signature }));
    expect((await check(hello)).SignatureValid).toBe(true);
    expect((await failureOf(check(Buffer.from("hallo")))).name).toBe("KMSInvalidSignatureException");
    expect((await kms.send(new GetPublicKeyCommand({ KeyId }))).PublicKey).toHaveLength(91);
  });
});
