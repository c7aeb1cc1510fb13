import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { cut } from "../../../std/shown.ts";
import { createKey } from "../keys/create.ts";
import { findKey } from "../keys/find.ts";
import { keyType } from "../keys/kinds.ts";
import { readKeysConfig } from "../keys/mount-config.ts";
import type { KeyType, TransitKey } from "../model.ts";
import { checkAssociated, createItemCipher, decoded, versionFor } from "./cipher.ts";
import { checkBatch, type Items, readItems } from "./cipher-items.ts";
import { isAead } from "./crypto/aead.ts";
import { strictItems } from "./items.ts";
import { batchStatus, inBatch, next, single, succeeded } from "./results.ts";
import { Versions } from "./versions.ts";

/** `encrypt/<name>`: a plaintext becomes a ciphertext. A key that does not exist is made, where that is allowed. */

export const EncryptInput = z.object({
  plaintext: field.text("What to encrypt, base64."),
  context: field.text("Context of a derived key, base64."),
  associated_data: field.text("What the ciphertext is bound to, base64; to be given again at decryption."),
  key_version: field.integer("Version of the key; 0: the latest."),
  batch_input: field.anyValue(
    "Several items with these members and a `reference`; the other fields for data are then ignored.",
  ),
  partial_failure_response_code: field.integer("Status where some items fail and others do not; 400 unless given."),
  type: field.text("Type of a key that is made; `aes256-gcm96` unless given."),
  convergent_encryption: field.flag("Whether a key that is made is convergent."),
});
type EncryptInput = z.output<typeof EncryptInput>;

const Ciphertext = { ciphertext: z.string(), key_version: z.number() };
export const Encrypted = z.object(Ciphertext);
export const EncryptedBatch = z.object({
  batch_results: z.array(
    z.object({
      ciphertext: Ciphertext.ciphertext.optional(),
      key_version: Ciphertext.key_version.optional(),
      error: z.string().optional(),
      reference: z.string(),
    }),
  ),
});

/** What a batch shows for one item. */
export const shownCiphertext = (
  result: z.output<typeof Encrypted> | Error,
  reference: string,
): z.output<typeof EncryptedBatch>["batch_results"][number] =>
  result instanceof Error ? { error: result.message, reference } : { ...result, reference };

const upsertType = (name: string): KeyType => {
  const type = keyType(name);
  if (type && isAead(type)) return type;
  throw invalidRequest(
    type?.startsWith("ecdsa-") ? `key type ${type} not supported for this operation` : `unknown key type ${cut(name)}`,
  );
};

/** The key, made if it does not exist: derived where the items name contexts. */
const upsert = async (
  name: string,
  input: EncryptInput,
  derived: boolean,
  cx: BackendContext,
): Promise<TransitKey | undefined> => {
  const convergent = input.convergent_encryption ?? false;
  if (convergent && !derived) {
    throw invalidRequest("convergent encryption requires derivation to be enabled, so context is required");
  }
  const type = upsertType(input.type ?? "aes256-gcm96");
  if ((await readKeysConfig(cx)).disable_upsert) return undefined;
  const { key } = await createKey(
    name,
    {
      type,
      derived,
      convergent,
      exportable: false,
      allowPlaintextBackup: false,
      autoRotatePeriod: 0,
      keySize: 0,
    },
    cx,
  );
  return key;
};

const encryptItems = async (key: TransitKey, { items, contexts }: Items, cx: BackendContext) => {
  const { stored } = key;
  checkBatch(stored, items);
  const prepared = items.map((item, index) =>
    next(contexts[index] ?? new Uint8Array(0), (context) => {
      const plaintext = decoded(item.plaintext);
      checkAssociated(stored, item.associatedData, `'[${index}].associated_data`);
      return { plaintext, context, associatedData: item.associatedData, version: versionFor(stored, item) };
    }),
  );
  const numbers = succeeded(prepared).map(({ version }) => version);
  const versions = await Versions.of(key, numbers);
  const cipher = createItemCipher(stored, versions, cx.random, numbers.length);
  return prepared.map((item) =>
    next(item, ({ plaintext, version, context, associatedData }) => ({
      ciphertext: cipher.encrypt(plaintext, version, context, associatedData),
      key_version: version,
    })),
  );
};

/** `missing`: what to do if the key does not exist. Throws with the reference's texts. */
export const encrypt = async (
  name: string,
  input: EncryptInput,
  missing: "make" | "refuse",
  cx: BackendContext,
): Promise<DataReply<z.output<typeof Encrypted> | z.output<typeof EncryptedBatch>>> => {
  const items = readItems(
    input.batch_input,
    (raw) => strictItems(raw, "plaintext"),
    () => {
      if (input.plaintext === undefined) throw invalidRequest("missing plaintext to encrypt");
      return defined({
        plaintext: input.plaintext,
        context: input.context,
        associatedData: input.associated_data,
        keyVersion: input.key_version,
      });
    },
  );
  const derived = items.items[0]?.context !== "";
  const key = missing === "make" ? await upsert(name, input, derived, cx) : await findKey(name, cx);
  if (!key) throw invalidRequest("encryption key not found");
  const results = await encryptItems(key, items, cx);
  if (!items.batch) return { data: single(results) };
  return {
    data: inBatch(items.items, results, shownCiphertext),
    ...batchStatus(results, input.partial_failure_response_code),
  };
};
