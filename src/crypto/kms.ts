import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, type Kms } from "../aws-clients/kms.ts";
import { APP, ENCRYPTION_CONTEXT } from "../contract/table.ts";
import { KeysUnavailable, OpenRefused } from "./errors.ts";

/**
 * The only file that talks to KMS: makes data keys and unwraps them, always under the one configured key and under the
 * full encryption context. Trusts KMS to refuse a wrong context; must never use a key id found in the table.
 */

/** What a wrapped key is for; part of the encryption context, so that no wrapped key can replace another. */
export interface KeyUse {
  readonly domain: string;
  /** `index`, or `data:<version>`. */
  readonly use: string;
}

export interface KeyWrap {
  /**
   * A fresh 256-bit key, wrapped. Nobody sees it in the clear before it is used, so a function that may make keys need
   * not be one that may open them. Throws `OpenRefused`, `KeysUnavailable`.
   */
  make(use: KeyUse): Promise<Uint8Array>;
  /** Unwraps. The caller erases the answer. Throws `OpenRefused`, `KeysUnavailable`. */
  unwrap(use: KeyUse, wrapped: Uint8Array): Promise<Uint8Array>;
}

const KEY_BYTES = 32;

/** Answers that say "not this ciphertext, not this key, not you": waiting will not help. */
const REFUSALS: ReadonlySet<string> = new Set([
  "InvalidCiphertextException",
  "IncorrectKeyException",
  "InvalidKeyUsageException",
  "NotFoundException",
  "AccessDeniedException",
  "ValidationException",
]);

const translate = (error: unknown): Error => {
  if (error instanceof OpenRefused) return error;
  const name = error instanceof Error ? error.name : "unknown failure";
  return REFUSALS.has(name)
    ? new OpenRefused(`KMS refused: ${name}`, { cause: error })
    : new KeysUnavailable(`KMS is unavailable: ${name}`, { cause: error });
};

/** Whether the key KMS says it used is the configured one. An alias cannot be compared; KMS itself resolved it. */
const isConfigured = (configured: string, used: string | undefined): boolean => {
  if (used === undefined || used === "") return false;
  if (configured.includes("alias/") || configured === used) return true;
  return !configured.startsWith("arn:") && used.endsWith(`key/${configured}`);
};

export const createKeyWrap = (options: {
  readonly kms: Kms;
  /** ARN, id or alias of the KMS key. */
  readonly keyId: string;
  /** The table identity: stays when the table is restored under another name. */
  readonly table: string;
}): KeyWrap => {
  const { kms, keyId, table } = options;

  const contextOf = ({ domain, use }: KeyUse): Record<string, string> => ({
    [ENCRYPTION_CONTEXT.app]: APP,
    [ENCRYPTION_CONTEXT.table]: table,
    [ENCRYPTION_CONTEXT.domain]: domain,
    [ENCRYPTION_CONTEXT.key]: use,
  });

  const checkKey = (used: string | undefined): void => {
    if (!isConfigured(keyId, used)) throw new OpenRefused("KMS used another key than the configured one");
  };

  const checked = (plain: Uint8Array | undefined, used: string | undefined): Uint8Array => {
    checkKey(used);
    if (plain?.length !== KEY_BYTES) throw new OpenRefused("KMS answered a key of the wrong length");
    return plain;
  };

  return {
    make: async (use) => {
      try {
        const command = new GenerateDataKeyWithoutPlaintextCommand({
          KeyId: keyId,
          KeySpec: "AES_256",
          EncryptionContext: contextOf(use),
        });
        const answer = await kms.send(command);
        checkKey(answer.KeyId);
        if (!answer.CiphertextBlob?.length) throw new OpenRefused("KMS answered no wrapped key");
        return answer.CiphertextBlob;
      } catch (error) {
        throw translate(error);
      }
    },
    unwrap: async (use, wrapped) => {
      try {
        const command = new DecryptCommand({
          KeyId: keyId,
          CiphertextBlob: wrapped,
          EncryptionContext: contextOf(use),
        });
        const answer = await kms.send(command);
        return checked(answer.Plaintext, answer.KeyId);
      } catch (error) {
        throw translate(error);
      }
    },
  };
};
