import { type BackendContext, invalidRequest, type VaultError } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import { kindOf, signerFor } from "../../../x509/issuing/index.ts";
import type { Signer } from "../../../x509/issuing/plans.ts";
import type { IssuersIndex } from "../model.ts";
import { withAuthority } from "./authority.ts";
import type { Draft } from "./draft.ts";
import type { KeyAsked } from "./fields.ts";
import { DEFAULT_REF, keyIdOf, refOf } from "./index-entry.ts";
import { type KeySpec, keySpec, type Material, makeKey } from "./key-material.ts";
import { refuseHash } from "./signers.ts";

/** Whose key a new authority has: one that is made for it, shown or not, or one that the mount has. */

/** What the last segment of a path that generates may be. */
const HOW = ["internal", "exported", "existing", "kms"] as const;
type How = (typeof HOW)[number];

const isHow = (text: string): text is How => HOW.some((one) => one === text);

export interface Generation {
  readonly how: Exclude<How, "kms">;
  /** Of a key to be made. */
  readonly spec: KeySpec | undefined;
  /** Of `existing`: the key's id. */
  readonly keyId: string;
}

/** Throws with the reference's texts. */
export const howOf = (given: string, asked: KeyAsked): Generation["how"] => {
  if (!isHow(given)) {
    throw invalidRequest(`the "exported" path parameter must be "internal", "existing", exported" or "kms"`);
  }
  const elsewhere = (asked.external_key_ref ?? "").trim();
  if (given !== "kms" && elsewhere !== "") {
    throw invalidRequest(`cannot specify "external_key_ref" on "${given}"-typed generation requests`);
  }
  if (given !== "kms") return given;
  if (elsewhere === "") {
    throw invalidRequest(`must specify "external_key_ref" on "kms"-typed generation requests`);
  }
  throw invalidRequest("keys outside the mount are not supported");
};

const notFound = (missing: string): VaultError =>
  invalidRequest(`failed to lookup public key from existing key: ${cut(missing)}`);

const existingKey = (asked: KeyAsked, index: IssuersIndex): string => {
  if (asked.key_type !== undefined || asked.key_bits !== undefined) {
    throw invalidRequest(
      "invalid parameter for the kms/existing path parameter, key_type nor key_bits arguments can be set in this mode",
    );
  }
  const ref = refOf(asked.key_ref ?? DEFAULT_REF);
  const looked = ref === "" ? { missing: "missing argument key_ref for existing type" } : keyIdOf(index, ref);
  if ("id" in looked) return looked.id;
  throw notFound(looked.missing);
};

/** What shall be made or taken. Throws with the reference's texts, before any time goes into a key. */
export const generationOf = (how: Generation["how"], asked: KeyAsked, index: IssuersIndex): Generation =>
  how === "existing"
    ? { how, spec: undefined, keyId: existingKey(asked, index) }
    : { how, spec: keySpec(asked.key_type ?? "rsa", asked.key_bits ?? 0), keyId: "" };

/** The key: made, or read. */
export const materialOf = async ({ spec, keyId }: Generation, cx: BackendContext): Promise<Material> => {
  if (spec) return makeKey(spec);
  const key = await withAuthority(cx, (authority) => authority.key(keyId));
  const type = kindOf(key);
  if (type === undefined) throw new Error("a key of the mount signs nothing");
  return { type, key };
};

/**
 * Adds the key to a draft. Throws where a key that was to be taken went since it was read: what an operator deleted must
 * not come back with a new issuer.
 */
export const addedKey = (draft: Draft, { how, keyId }: Generation, material: Material, name: string) => {
  const key = draft.key(material, name);
  if (how === "existing" && !key.existed) throw notFound(`unable to find PKI key for reference: ${keyId}`);
  return key;
};

/** How the new key signs. Throws for hashes that do not exist; keys other than RSA choose theirs themselves. */
export const signerOf = (
  { type, key }: Material,
  asked: { readonly signature_bits?: number | undefined; readonly use_pss?: boolean | undefined },
): Signer => {
  const { signature_bits: bits = 0, use_pss: pss = false } = asked;
  if (type === "rsa") refuseHash(bits);
  return signerFor(key, { bits, pss });
};
