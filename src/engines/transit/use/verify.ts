import { createPublicKey, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { base64Bytes, base64Fault, base64UrlBytes } from "../../../std/go-base64.ts";
import { shown } from "../../../std/shown.ts";
import { findKey } from "../keys/find.ts";
import { kindOf } from "../keys/kinds.ts";
import type { KeyVersion, StoredKey } from "../model.ts";
import { checkBatch } from "./cipher-items.ts";
import { HMAC, parsePrefixed, SIGNATURE } from "./ciphertext.ts";
import { verifyEcdsa } from "./crypto/ecdsa.ts";
import { verifyEd25519 } from "./crypto/eddsa.ts";
import { hmacOf, isHashName } from "./crypto/hashes.ts";
import { verifyRsa } from "./crypto/rsa.ts";
import type { Signable, SigningOptions } from "./crypto/signable.ts";
import { UseFault } from "./fault.ts";
import { readTextItems, type TextItem, type TextItems } from "./items.ts";
import { attempt, inBatch, isFault, next, type Result, single, succeeded } from "./results.ts";
import { derivedFor } from "./sign.ts";
import { contextOf, hashName, inputOf, isEcdsa, readSigning, signableOf, signingFields } from "./signing.ts";
import { checkNamedVersion, Versions } from "./versions.ts";

/** `verify/<name>`: whether a signature or an HMAC is of an input. */

export const VerifyInput = z.object({
  input: field.text("What was signed, base64."),
  signature: field.text("What `sign` answered."),
  hmac: field.text("What `hmac` answered."),
  context: field.text("Context of a derived key, base64."),
  ...signingFields,
  batch_input: field.anyValue(
    "Several items with `input`, `signature` or `hmac`, `context` and `reference`; the other fields for data are then ignored.",
  ),
});
type VerifyInput = z.output<typeof VerifyInput>;

export const Verified = z.object({ valid: z.boolean() });
export const VerifiedBatch = z.object({
  batch_results: z.array(
    z.object({
      valid: z.boolean().optional().describe("of HMACs only if they are"),
      error: z.string().optional(),
      reference: z.string(),
    }),
  ),
});
type Answer = DataReply<z.output<typeof Verified> | z.output<typeof VerifiedBatch>>;

const itemsOf = ({ batch_input, input = "", context = "", signature, hmac }: VerifyInput): TextItems =>
  readTextItems(batch_input, "batchRequestVerifyItem", () => defined({ input, context, signature, hmac }));

/** Whether the items hold signatures or HMACs. Throws where they hold neither or both. */
const heldBy = ({ batch, items }: TextItems): "signature" | "hmac" => {
  const has = (item: TextItem, name: string): boolean => item[name] !== undefined;
  const signatures = items.filter((item) => has(item, "signature")).length;
  const hmacs = items.filter((item) => !has(item, "signature") && has(item, "hmac")).length;
  if (!batch && signatures + hmacs === 0) {
    throw invalidRequest("neither a 'signature' nor an 'hmac' were given to verify");
  }
  if (signatures > 0 && hmacs > 0) {
    throw invalidRequest("elements of batch_input must all provide 'signature' or all provide 'hmac'");
  }
  const held = signatures > 0 ? "signature" : "hmac";
  const missing = signatures + hmacs < items.length;
  if (missing && signatures + hmacs > 0) throw invalidRequest(`some elements of batch_input are missing '${held}'`);
  if (missing) throw invalidRequest("no batch_input elements have 'signature' or 'hmac'");
  return held;
};

interface Prepared {
  readonly bytes: Uint8Array;
  readonly context: Uint8Array;
  readonly version: number;
  readonly proof: Uint8Array;
}

const versionsIn = (prepared: readonly Result<Prepared>[]): readonly number[] =>
  succeeded(prepared).map(({ version }) => version);

const readSignature = (stored: StoredKey, text: string, { marshaling }: SigningOptions) => {
  const { version, body } = parsePrefixed(text, SIGNATURE);
  checkNamedVersion(stored, version, SIGNATURE.name);
  const proof = marshaling === "jws" ? base64UrlBytes(body) : base64Bytes(body);
  if (!proof) throw new UseFault("invalid base64 signature value");
  return { version, proof };
};

const isSignatureOf = (
  { type, derived }: StoredKey,
  version: KeyVersion,
  input: Signable,
  { context, proof }: Prepared,
  options: SigningOptions,
): boolean => {
  const { publicKey } = version;
  if (!publicKey) throw new UseFault("no such key version");
  if (isEcdsa(type)) return verifyEcdsa(type, publicKey, input, options, proof);
  if (type !== "ed25519") return verifyRsa(publicKey, input, options, proof);
  return verifyEd25519(derived ? createPublicKey(derivedFor(version, context)) : publicKey, input.bytes, proof);
};

const answerOf = ({ batch, items }: TextItems, results: readonly Result<boolean>[], hideFalse: boolean): Answer => {
  if (!batch) return { data: { valid: single(results) } };
  const data = inBatch(items, results, (result, reference) => {
    const valid = !isFault(result) && result;
    const base = valid || !hideFalse ? { valid, reference } : { reference };
    return isFault(result) ? { ...base, error: result.message } : base;
  });
  return { data };
};

const verifySignatures = async (
  name: string,
  fromPath: string,
  input: VerifyInput,
  items: TextItems,
  cx: BackendContext,
): Promise<Answer> => {
  const signing = readSigning(fromPath, input);
  const key = await findKey(name, cx);
  if (!key) throw invalidRequest("signature verification key not found");
  const { stored } = key;
  if (!kindOf(stored.type).signs) throw invalidRequest(`key type ${stored.type} does not support verification`);
  signing.checkTogether();
  checkBatch(stored, items.items);
  const prepared = items.items.map((item) =>
    attempt((): Prepared => {
      const bytes = inputOf(item, "missing input");
      const context = contextOf(item);
      return { bytes, context, ...readSignature(stored, item["signature"] ?? "", signing.options) };
    }),
  );
  const versions = await Versions.of(key, versionsIn(prepared));
  const results = prepared.map((item) =>
    next(item, (ready) =>
      isSignatureOf(stored, versions.get(ready.version), signableOf(signing, ready.bytes), ready, signing.options),
    ),
  );
  return answerOf(items, results, false);
};

const verifyHmacs = async (
  name: string,
  fromPath: string,
  input: VerifyInput,
  items: TextItems,
  cx: BackendContext,
): Promise<Answer> => {
  const key = await findKey(name, cx);
  if (!key) throw invalidRequest("encryption key not found");
  const { stored } = key;
  const hash = hashName(fromPath, input);
  if (!isHashName(hash)) throw invalidRequest(`invalid hash algorithm ${shown(hash)}`);
  const prepared = items.items.map((item) =>
    attempt((): Prepared => {
      const bytes = inputOf(item, "missing input");
      const { version, body } = parsePrefixed(item["hmac"] ?? "", HMAC);
      const proof = base64Bytes(body);
      if (!proof) throw new UseFault(`unable to decode verification HMAC as base64: ${base64Fault(body)}`);
      checkNamedVersion(stored, version, "HMAC", "cannot verify HMAC: version is too old (disallowed by policy)");
      return { bytes, context: new Uint8Array(0), version, proof };
    }),
  );
  const versions = await Versions.of(key, versionsIn(prepared));
  const results = prepared.map((item) =>
    next(item, ({ bytes, version, proof }) => {
      const made = hmacOf(hash, versions.get(version).hmac.reveal(), bytes);
      return made.length === proof.length && timingSafeEqual(made, proof);
    }),
  );
  return answerOf(items, results, true);
};

/** `fromPath`: the hash that the path names. Throws with the reference's texts. */
export const verify = (name: string, fromPath: string, input: VerifyInput, cx: BackendContext): Promise<Answer> => {
  const items = itemsOf(input);
  return heldBy(items) === "hmac"
    ? verifyHmacs(name, fromPath, input, items, cx)
    : verifySignatures(name, fromPath, input, items, cx);
};
