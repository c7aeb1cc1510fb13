import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import type { RandomSource } from "../../../std/random.ts";
import { derivedEd25519, rawEd25519Public } from "../keys/ed25519.ts";
import { findKey } from "../keys/find.ts";
import { kindOf } from "../keys/kinds.ts";
import type { KeyVersion, StoredKey } from "../model.ts";
import { MISSING_CONTEXT } from "./cipher.ts";
import { checkBatch } from "./cipher-items.ts";
import { prefixed } from "./ciphertext.ts";
import { signEcdsa } from "./crypto/ecdsa.ts";
import { signEd25519 } from "./crypto/eddsa.ts";
import { signRsa } from "./crypto/rsa.ts";
import type { Signable, SigningOptions } from "./crypto/signable.ts";
import { UseFault } from "./fault.ts";
import { readTextItems, type TextItems } from "./items.ts";
import { attempt, inBatch, isFault, next, type Result, refusal, succeeded } from "./results.ts";
import { contextOf, inputOf, isEcdsa, readSigning, signableOf, signingFields } from "./signing.ts";
import { usableVersion, Versions } from "./versions.ts";

/** `sign/<name>`: signatures by the private key of a version. */

export const SignInput = z.object({
  input: field.text("What to sign, base64."),
  context: field.text("Context of a derived key, base64."),
  key_version: field.integer("Version of the key; 0: the latest."),
  ...signingFields,
  batch_input: field.anyValue(
    "Several items with `input`, `context` and `reference`; the other fields for data are then ignored.",
  ),
});
type SignInput = z.output<typeof SignInput>;

export const Signature = z.object({
  signature: z.string(),
  key_version: z.number(),
  public_key: z.string().optional().describe("base64, of derived keys"),
});
export const SignatureBatch = z.object({
  batch_results: z.array(
    z.object({
      signature: z.string().optional(),
      key_version: z.number().describe("0: not signed"),
      publickey: z.string().optional(),
      error: z.string().optional(),
      reference: z.string(),
    }),
  ),
});

interface Signed {
  readonly signature: string;
  readonly publicKey?: string;
}

/** What an item gives, read. */
interface Prepared {
  readonly input: Signable;
  readonly context: Uint8Array;
}

/** The key of a context, of a derived key. Throws `UseFault`. */
export const derivedFor = (version: KeyVersion, context: Uint8Array): KeyObject => {
  if (context.length === 0) throw new UseFault(`error deriving key: ${MISSING_CONTEXT}`, true);
  return derivedEd25519(version, context);
};

const signBytes = (
  { type, derived }: StoredKey,
  version: KeyVersion,
  { input, context }: Prepared,
  options: SigningOptions,
  random: RandomSource,
): { readonly bytes: Uint8Array; readonly publicKey?: string } => {
  const { privateKey } = version;
  if (!privateKey) throw new UseFault("requested version for signing does not contain a private part");
  if (isEcdsa(type)) return { bytes: signEcdsa(type, privateKey, input, options, random) };
  if (type !== "ed25519") return { bytes: signRsa(privateKey, input, options, random) };
  if (!derived) return { bytes: signEd25519(privateKey, input.bytes) };
  const key = derivedFor(version, context);
  return { bytes: signEd25519(key, input.bytes), publicKey: rawEd25519Public(createPublicKey(key)).toString("base64") };
};

const shown = (result: Result<Signed>, version: number, reference: string) => {
  if (isFault(result)) return { key_version: 0, error: result.message, reference };
  const { signature, publicKey } = result;
  const base = { signature, key_version: version, reference };
  return publicKey === undefined ? base : { ...base, publickey: publicKey };
};

const itemsOf = ({ batch_input, input = "", context = "" }: SignInput): TextItems =>
  readTextItems(batch_input, "batchRequestSignItem", () => ({ input, context }));

/** `fromPath`: the hash that the path names. Throws with the reference's texts. */
export const sign = async (
  name: string,
  fromPath: string,
  input: SignInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof Signature> | z.output<typeof SignatureBatch>>> => {
  const signing = readSigning(fromPath, input);
  const key = await findKey(name, cx);
  if (!key) throw invalidRequest("signing key not found");
  const { stored } = key;
  if (!kindOf(stored.type).signs) throw invalidRequest(`key type ${stored.type} does not support signing`);
  signing.checkTogether();
  const { batch, items } = itemsOf(input);
  checkBatch(stored, items);

  const asked = attempt(() => usableVersion(stored, input.key_version ?? 0, "signing"));
  const versions = await Versions.of(key, succeeded([asked]));
  const version = next(asked, (number) => versions.get(number));
  const encoding = signing.options.marshaling === "jws" ? "base64url" : "base64";

  const prepared = items.map((item) =>
    attempt((): Prepared => ({ input: signableOf(signing, inputOf(item, "missing input")), context: contextOf(item) })),
  );
  const results = prepared.map((item) =>
    next(item, (ready): Signed => {
      if (isFault(version)) throw version;
      const { bytes, ...rest } = signBytes(stored, version, ready, signing.options, cx.random);
      return { signature: prefixed(version.number, Buffer.from(bytes).toString(encoding)), ...rest };
    }),
  );

  const number = isFault(version) ? 0 : version.number;
  if (batch) return { data: inBatch(items, results, (result, reference) => shown(result, number, reference)) };
  const [first] = prepared;
  const [result = new UseFault("missing input")] = results;
  // What the key says to a good input shows in the reference as a failure of its own.
  if (isFault(result)) throw refusal(result, first !== result);
  const { signature, publicKey } = result;
  const data = { signature, key_version: number };
  return { data: publicKey === undefined ? data : { ...data, public_key: publicKey } };
};
