import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { findKey } from "../keys/find.ts";
import type { TransitKey } from "../model.ts";
import { createItemCipher, readCiphertext, versionFor } from "./cipher.ts";
import { checkBatch, type Items, readItems } from "./cipher-items.ts";
import { type Encrypted, type EncryptedBatch, shownCiphertext } from "./encrypt.ts";
import { UseFault } from "./fault.ts";
import { weakItems } from "./items.ts";
import { attempt, inBatch, isFault, next, refusal, single, succeeded } from "./results.ts";
import { Versions } from "./versions.ts";

/** `rewrap/<name>`: a ciphertext of an old version becomes one of a newer, and nobody is shown the plaintext. */

export const RewrapInput = z.object({
  ciphertext: field.text("What `encrypt` answered."),
  context: field.text("Context of a derived key, base64."),
  key_version: field.integer("Version of the key; 0: the latest."),
  batch_input: field.anyValue(
    "Several items with these members and a `reference`; the other fields for data are then ignored.",
  ),
});
type RewrapInput = z.output<typeof RewrapInput>;

const rewrapItems = async (key: TransitKey, { items, contexts }: Items, cx: BackendContext) => {
  const { stored } = key;
  checkBatch(stored, items);
  const prepared = items.map((item, index) => {
    if (item.ciphertext === "") return new UseFault("missing ciphertext to decrypt");
    return next(contexts[index] ?? new Uint8Array(0), (context) => ({
      context,
      from: readCiphertext(stored, item.ciphertext),
      // A version that cannot encrypt is a fault only once the ciphertext has been opened.
      to: attempt(() => versionFor(stored, item)),
    }));
  });
  const numbers = succeeded(prepared).flatMap(({ from, to }) => [from.version, ...succeeded([to])]);
  const cipher = createItemCipher(stored, await Versions.of(key, numbers), cx.random, items.length);
  return prepared.map((item) => {
    const result = next(item, ({ context, from, to }) => {
      const plaintext = cipher.decrypt(from, context, "");
      if (isFault(to)) throw to;
      return { ciphertext: cipher.encrypt(plaintext, to, context, ""), key_version: to };
    });
    // As in the reference, an RSA ciphertext that does not open ends the whole request.
    if (isFault(result) && result.inner) throw refusal(result);
    return result;
  });
};

/** Throws with the reference's texts. */
export const rewrap = async (
  name: string,
  input: RewrapInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof Encrypted> | z.output<typeof EncryptedBatch>>> => {
  const items = readItems(input.batch_input, weakItems, () => {
    if ((input.ciphertext ?? "") === "") throw invalidRequest("missing ciphertext to decrypt");
    return defined({ ciphertext: input.ciphertext, context: input.context, keyVersion: input.key_version });
  });
  const key = await findKey(name, cx);
  if (!key) throw invalidRequest("encryption key not found");
  const results = await rewrapItems(key, items, cx);
  if (!items.batch) return { data: single(results) };
  return { data: inBatch(items.items, results, shownCiphertext) };
};
