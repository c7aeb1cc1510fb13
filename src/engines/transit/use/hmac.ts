import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { shown } from "../../../std/shown.ts";
import { findKey } from "../keys/find.ts";
import { prefixed } from "./ciphertext.ts";
import { hmacOf, isHashName } from "./crypto/hashes.ts";
import { readTextItems, type TextItems } from "./items.ts";
import { attempt, inBatch, isFault, next, refusal, single, succeeded } from "./results.ts";
import { inputOf } from "./signing.ts";
import { hmacVersion, Versions } from "./versions.ts";

/** `hmac/<name>`: every version has a secret of its own for this. */

export const HmacInput = z.object({
  input: field.text("What to authenticate, base64."),
  key_version: field.integer("Version of the key; 0: the latest."),
  algorithm: field.text("sha1, sha2-224 to sha2-512, sha3-224 to sha3-512; sha2-256 unless given."),
  batch_input: field.anyValue(
    "Several items with `input` and `reference`; the other fields for data are then ignored.",
  ),
});
type HmacInput = z.output<typeof HmacInput>;

export const Hmac = z.object({ hmac: z.string() });
export const HmacBatch = z.object({
  batch_results: z.array(
    z.object({ hmac: z.string().optional(), error: z.string().optional(), reference: z.string() }),
  ),
});

const MISSING = "missing input for HMAC";

const itemsOf = ({ batch_input, input }: HmacInput): TextItems =>
  readTextItems(batch_input, "batchRequestHMACItem", () => {
    if (input === undefined) throw invalidRequest(MISSING);
    return { input };
  });

/** `fromPath`: the algorithm that the path names. Throws with the reference's texts. */
export const hmac = async (
  name: string,
  fromPath: string,
  input: HmacInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof Hmac> | z.output<typeof HmacBatch>>> => {
  const key = await findKey(name, cx);
  if (!key) throw invalidRequest("encryption key not found");
  const asked = attempt(() => hmacVersion(key.stored, input.key_version ?? 0));
  const versions = await Versions.of(key, succeeded([asked]));
  const version = next(asked, (number) => versions.get(number));
  if (isFault(version)) throw refusal(version);
  const hash = fromPath === "" ? (input.algorithm ?? "sha2-256") : fromPath;
  if (!isHashName(hash)) throw invalidRequest(`unsupported algorithm ${shown(hash)}`);
  const { batch, items } = itemsOf(input);
  const secret = version.hmac.reveal();
  const results = items.map((item) =>
    attempt(() => prefixed(version.number, hmacOf(hash, secret, inputOf(item, MISSING)).toString("base64"))),
  );
  if (!batch) return { data: { hmac: single(results) } };
  const data = inBatch(items, results, (result, reference) =>
    isFault(result) ? { error: result.message, reference } : { hmac: result, reference },
  );
  return { data };
};
