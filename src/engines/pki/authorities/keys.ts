import { z } from "zod";
import {
  type BackendContext,
  type DataReply,
  type EmptyReply,
  field,
  GENERIC_NAME,
  invalidRequest,
  VaultError,
} from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import { colonHex } from "../../../x509/index.ts";
import { keyIdOf as keyIdentifierOf, kindOf } from "../../../x509/issuing/index.ts";
import { type IssuersIndex, keyAddress } from "../model.ts";
import { withAuthority } from "./authority.ts";
import { createDraft } from "./draft.ts";
import { keyAsked } from "./fields.ts";
import { changeIndex, findIndex, idOrRefuse, keyIdOf, keyIdOfIssuer, refOf } from "./index-entry.ts";
import { keyText, readKeyBlock } from "./key-formats.ts";
import { type KeySpec, keySpec, type Material, makeKey, publicHalf } from "./key-material.ts";
import { keyNameFor } from "./names.ts";
import { pemBlocksOf } from "./pem-bundle.ts";

/** Keys of a mount by themselves: made, imported, named, deleted. Throws with the reference's texts. */

const { key_name, key_type, key_bits, external_key_ref } = keyAsked;
export const NewKeyInput = z.object({ key_name, key_type, key_bits, external_key_ref });
type NewKeyInput = z.output<typeof NewKeyInput>;

export const KeyShown = z.object({ key_id: z.string(), key_name: z.string(), key_type: z.string() });
type KeyShown = z.output<typeof KeyShown>;
export const NewKeyShown = KeyShown.extend({
  private_key: z.string().optional().describe("only where it is exported, and only here"),
});
export const KeyRead = KeyShown.extend({ subject_key_id: z.string() });

const specFor = ({ key_type = "rsa", key_bits = 0 }: NewKeyInput): KeySpec => {
  try {
    return keySpec(key_type, key_bits);
  } catch (cause) {
    if (!(cause instanceof VaultError)) throw cause;
    throw invalidRequest(`Validation for key_type, key_bits failed: ${cause.wire ?? ""}`, { cause });
  }
};

interface AddedKey extends KeyShown {
  readonly existed: boolean;
}

const nameOf = (index: IssuersIndex, id: string): string => index.keys.find((key) => key.id === id)?.name ?? "";

const addKey = (material: Material, name: string | undefined, cx: BackendContext): Promise<AddedKey> =>
  changeIndex(cx, (index) => {
    const draft = createDraft(index, cx);
    const { id, existed } = draft.key(material, keyNameFor(index, name));
    const shown = { key_id: id, key_name: nameOf(draft.index(), id), key_type: material.type, existed };
    return { next: existed ? undefined : draft.index(), also: draft.writes(), result: shown };
  });

export const generateKey = async (
  how: "internal" | "exported",
  input: NewKeyInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof NewKeyShown>>> => {
  keyNameFor(await findIndex(cx), input.key_name);
  if ((input.external_key_ref ?? "").trim() !== "") {
    throw invalidRequest('cannot specify "external_key_ref" on non-kms typed key generation request');
  }
  const material = await makeKey(specFor(input));
  const { existed: _, ...shown } = await addKey(material, input.key_name, cx);
  if (how === "internal") return { data: shown };
  return { data: { ...shown, private_key: keyText(material, { format: "pem", pkcs8: false }) } };
};

/** Keys that a KMS holds are not supported. */
export const refuseKmsKey = (): never => {
  throw invalidRequest("Unknown type of key to generate");
};

export const ImportKeyInput = z.object({
  key_name: field.text("Name for the key."),
  pem_bundle: field.text("The key as PEM, without a passphrase: PKCS#8, PKCS#1 or SEC 1."),
});

/** Characters: a key in PEM has more. */
const LEAST = 64;

const ALREADY = "Key already imported, use key/ endpoint to update name.";

export const importKey = async (
  { key_name, pem_bundle = "" }: z.output<typeof ImportKeyInput>,
  cx: BackendContext,
): Promise<DataReply<KeyShown>> => {
  keyNameFor(await findIndex(cx), key_name);
  const [block, ...others] = pemBlocksOf(pem_bundle, LEAST);
  if (!block || others.length > 0) {
    throw invalidRequest("only a single key can be present within the pem_bundle for importing");
  }
  const read = block.headers ? { problem: "a key with a passphrase cannot be read" } : readKeyBlock(block.der);
  if ("problem" in read) throw invalidRequest(read.problem);
  const { existed, ...shown } = await addKey(read, key_name, cx);
  return { data: shown, warnings: existed ? [ALREADY] : [] };
};

export const readKeyPath = (ref: string, cx: BackendContext): Promise<DataReply<z.output<typeof KeyRead>>> =>
  withAuthority(cx, async (authority) => {
    const { index } = authority;
    const id = idOrRefuse(keyIdOf(index, refOf(ref)));
    const key = await authority.key(id);
    const subject_key_id = colonHex(keyIdentifierOf(publicHalf(key)));
    return { data: { key_id: id, key_name: nameOf(index, id), key_type: kindOf(key) ?? "", subject_key_id } };
  });

/** Gives a key another name, or takes its name away. */
export const renameKey = async (
  ref: string,
  { key_name = "" }: { readonly key_name?: string | undefined },
  cx: BackendContext,
): Promise<DataReply<KeyShown>> => {
  const id = await changeIndex(cx, (index) => {
    const own = idOrRefuse(keyIdOf(index, refOf(ref)));
    if (key_name !== "" && !GENERIC_NAME.test(key_name)) {
      throw invalidRequest("new key name outside of valid character limits");
    }
    const name = key_name === "" ? "" : keyNameFor(index, key_name, own);
    const keys = index.keys.map((key) => (key.id === own ? { ...key, name } : key));
    return { next: { ...index, keys }, result: own };
  });
  const { data } = await readKeyPath(id, cx);
  const { subject_key_id: _, ...shown } = data;
  const gone = `Name successfully deleted, you will now need to reference this key by it's Id: ${id}`;
  return { data: shown, warnings: key_name === "" ? [gone] : [] };
};

/** Deletes a key that no issuer uses; one that is not there is gone already. */
export const removeKey = async (ref: string, cx: BackendContext): Promise<EmptyReply | undefined> => {
  const { storage } = cx;
  const deleted = await changeIndex<{ readonly id: string; readonly wasDefault: boolean } | undefined>(cx, (index) => {
    const looked = keyIdOf(index, refOf(ref));
    if ("missing" in looked) return { result: undefined };
    const { id } = looked;
    const user = index.issuers.find((issuer) => keyIdOfIssuer(index, issuer.id) === id);
    if (user) throw invalidRequest(`Failed to Delete Key.  Key in Use by Issuer: ${user.id}`);
    const wasDefault = index.defaultKey === id;
    const keys = index.keys.filter((key) => key.id !== id);
    return {
      next: { ...index, keys, defaultKey: wasDefault ? "" : index.defaultKey },
      also: [{ op: "delete", address: keyAddress(storage, id), when: "any" }],
      result: { id, wasDefault },
    };
  });
  if (!deleted?.wasDefault) return undefined;
  const text = `Deleted key ${deleted.id} (via key_ref ${cut(ref)}); this was configured as the default key. Operations without an explicit key will not work until a new default is configured.`;
  return { warnings: [text] };
};
