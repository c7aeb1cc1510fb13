import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { findKey } from "../keys/find.ts";
import type { TransitKey } from "../model.ts";
import { checkAssociated, createItemCipher, readCiphertext } from "./cipher.ts";
import { checkBatch, type Items, readItems } from "./cipher-items.ts";
import { UseFault } from "./fault.ts";
import { strictItems } from "./items.ts";
import { batchStatus, inBatch, isFault, next, type Result, single, succeeded } from "./results.ts";
import { Versions } from "./versions.ts";

/** `decrypt/<name>`: a ciphertext becomes what it was made of. */

export const DecryptInput = z.object({
  ciphertext: field.text("What `encrypt` answered."),
  context: field.text("Context of a derived key, base64."),
  associated_data: field.text("What the ciphertext was bound to, base64."),
  batch_input: field.anyValue(
    "Several items with these members and a `reference`; the other fields for data are then ignored.",
  ),
  partial_failure_response_code: field.integer("Status where some items fail and others do not; 400 unless given."),
});
type DecryptInput = z.output<typeof DecryptInput>;

export const Decrypted = z.object({ plaintext: z.string().describe("base64") });
export const DecryptedBatch = z.object({
  batch_results: z.array(z.object({ plaintext: z.string(), error: z.string().optional(), reference: z.string() })),
});

const decryptItems = async (
  key: TransitKey,
  { items, contexts }: Items,
  cx: BackendContext,
): Promise<readonly Result<string>[]> => {
  const { stored } = key;
  checkBatch(stored, items);
  const prepared = items.map((item, index) => {
    if (item.ciphertext === "") return new UseFault("missing ciphertext to decrypt");
    return next(contexts[index] ?? new Uint8Array(0), (context) => {
      checkAssociated(stored, item.associatedData, `'[${index}].associated_data`);
      return { context, associatedData: item.associatedData, text: readCiphertext(stored, item.ciphertext) };
    });
  });
  const numbers = succeeded(prepared).map(({ text }) => text.version);
  const versions = await Versions.of(key, numbers);
  const cipher = createItemCipher(stored, versions, cx.random, 0);
  return prepared.map((item) =>
    next(item, ({ text, context, associatedData }) =>
      Buffer.from(cipher.decrypt(text, context, associatedData)).toString("base64"),
    ),
  );
};

/** Throws with the reference's texts. */
export const decrypt = async (
  name: string,
  input: DecryptInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof Decrypted> | z.output<typeof DecryptedBatch>>> => {
  const items = readItems(
    input.batch_input,
    (raw) => strictItems(raw, "ciphertext"),
    () => {
      if ((input.ciphertext ?? "") === "") throw invalidRequest("missing ciphertext to decrypt");
      return defined({
        ciphertext: input.ciphertext,
        context: input.context,
        associatedData: input.associated_data,
      });
    },
  );
  const key = await findKey(name, cx);
  if (!key) throw invalidRequest("encryption key not found");
  const results = await decryptItems(key, items, cx);
  if (!items.batch) return { data: { plaintext: single(results) } };
  const data = inBatch(items.items, results, (result, reference) =>
    isFault(result) ? { plaintext: "", error: result.message, reference } : { plaintext: result, reference },
  );
  return { data, ...batchStatus(results, input.partial_failure_response_code) };
};
