import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { base64Bytes } from "../../../std/go-base64.ts";
import { findKey } from "../keys/find.ts";
import { checkAssociated, createItemCipher, versionFor } from "./cipher.ts";
import { EMPTY_ITEM } from "./items.ts";
import { attempt, next, single } from "./results.ts";
import { Versions } from "./versions.ts";

/** `datakey/<form>/<name>`: a new random key for callers to encrypt with, wrapped by the named key. */

export const DataKeyInput = z.object({
  context: field.text("Context of a derived key, base64."),
  associated_data: field.text("What the ciphertext is bound to, base64; to be given again at decryption."),
  key_version: field.integer("Version of the key; 0: the latest."),
  bits: field.integer("128, 256 or 512; 256 unless given."),
});
type DataKeyInput = z.output<typeof DataKeyInput>;

export const DataKey = z.object({
  ciphertext: z.string(),
  key_version: z.number(),
  plaintext: z.string().optional().describe("base64; of the form `plaintext`"),
});

const BITS = [128, 256, 512];

/** Throws with the reference's texts. */
export const dataKey = async (
  form: string,
  name: string,
  input: DataKeyInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof DataKey>>> => {
  if (form !== "plaintext" && form !== "wrapped") {
    throw invalidRequest("Invalid path, must be 'plaintext' or 'wrapped'");
  }
  const context = base64Bytes(input.context ?? "");
  if (!context) throw invalidRequest("failed to base64-decode context");
  const key = await findKey(name, cx);
  if (!key) throw invalidRequest("encryption key not found");
  const { bits = 256, associated_data: associatedData = "" } = input;
  if (!BITS.includes(bits)) throw invalidRequest("invalid bit length");
  const { stored } = key;
  const version = single([
    attempt(() => {
      checkAssociated(stored, associatedData, "'associated_data");
      return versionFor(stored, { ...EMPTY_ITEM, keyVersion: input.key_version ?? 0 });
    }),
  ]);
  const cipher = createItemCipher(stored, await Versions.of(key, [version]), cx.random, 1);
  const made = cx.random.bytes(bits / 8);
  const ciphertext = single([next(version, () => cipher.encrypt(made, version, context, associatedData))]);
  const shown = { ciphertext, key_version: version };
  return { data: form === "wrapped" ? shown : { ...shown, plaintext: Buffer.from(made).toString("base64") } };
};
