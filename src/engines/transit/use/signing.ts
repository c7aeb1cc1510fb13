import { z } from "zod";
import { field, invalidRequest } from "../../../framework/index.ts";
import { base64Bytes, base64Fault } from "../../../std/go-base64.ts";
import { goInt } from "../../../std/go-int.ts";
import { cut, shown } from "../../../std/shown.ts";
import type { KeyType } from "../model.ts";
import type { EcdsaType } from "./crypto/ecdsa.ts";
import { isSignedHash, type SignedHash } from "./crypto/hashes.ts";
import type { SaltLength } from "./crypto/pss.ts";
import type { Signable, SigningOptions } from "./crypto/signable.ts";
import { UseFault } from "./fault.ts";
import type { TextItem } from "./items.ts";

/** What `sign` and `verify` share: their fields, which options belong together, and the input of an item. */

export const signingFields = {
  hash_algorithm: field.text("sha1, sha2-224 to sha2-512, sha3-224 to sha3-512, none; sha2-256 unless given."),
  algorithm: field.text("The same, for older clients."),
  prehashed: field.flag("Whether the input is a hash already."),
  signature_algorithm: field.text("Of RSA keys: pss or pkcs1v15; pss unless given."),
  marshaling_algorithm: field.text("asn1, or jws: base64 for URLs, and of ECDSA both numbers in fixed length."),
  salt_length: field.text("Of pss: auto, hash or a number of bytes; auto unless given."),
};
const SigningFields = z.object(signingFields);
type SigningFields = z.output<typeof SigningFields>;

/** The name of a hash by the first field that holds one: path, body, older name in the body. */
export const hashName = (
  fromPath: string,
  { hash_algorithm: name = "sha2-256", algorithm = "sha2-256" }: SigningFields,
) => [fromPath, name, algorithm, "sha2-256"].find((text) => text !== "") ?? "";

const saltLength = (text: string): SaltLength => {
  const lower = text.toLowerCase();
  if (lower === "auto" || lower === "hash") return lower;
  const bytes = goInt(lower);
  if (bytes === undefined) throw invalidRequest(`salt length neither 'auto', 'hash', nor an int: ${cut(text)}`);
  if (bytes < -1) throw invalidRequest(`salt length is invalid: ${bytes}`);
  if (bytes === 0) return "auto";
  return bytes === -1 ? "hash" : bytes;
};

export interface Signing {
  readonly hash: SignedHash;
  readonly prehashed: boolean;
  readonly options: SigningOptions;
  /** Throws where hash and other options do not go together. To be called once the key is known. */
  checkTogether(): void;
}

/** Reads the options. Throws with the reference's texts. */
export const readSigning = (fromPath: string, input: SigningFields): Signing => {
  const hash = hashName(fromPath, input);
  if (!isSignedHash(hash)) throw invalidRequest(`invalid hash algorithm ${shown(hash)}`);
  const marshaling = input.marshaling_algorithm ?? "asn1";
  if (marshaling !== "asn1" && marshaling !== "jws")
    throw invalidRequest(`invalid marshaling type ${shown(marshaling)}`);
  const salt = saltLength(input.salt_length ?? "auto");
  const { prehashed = false, signature_algorithm: algorithm = "" } = input;
  return {
    hash,
    prehashed,
    options: { algorithm: algorithm === "" ? "pss" : cut(algorithm), marshaling, salt },
    checkTogether: () => {
      if (hash === "none" && (!prehashed || algorithm !== "pkcs1v15")) {
        throw invalidRequest("hash_algorithm=none requires both prehashed=true and signature_algorithm=pkcs1v15");
      }
    },
  };
};

/** Bytes of an item's input. Throws `UseFault`. `missing`: the operation's text for an item without input. */
export const inputOf = (item: TextItem, missing: string): Uint8Array => {
  const text = item["input"];
  if (text === undefined) throw new UseFault(missing);
  const bytes = base64Bytes(text);
  if (!bytes) throw new UseFault(`unable to decode input as base64: ${base64Fault(text)}`);
  return bytes;
};

/** Bytes of an item's context, empty if it has none. Throws `UseFault`. */
export const contextOf = (item: TextItem): Uint8Array => {
  const bytes = base64Bytes(item["context"] ?? "");
  if (!bytes) throw new UseFault("failed to base64-decode context");
  return bytes;
};

export const signableOf = ({ hash, prehashed }: Signing, bytes: Uint8Array): Signable => ({ bytes, hash, prehashed });

export const isEcdsa = (type: KeyType): type is EcdsaType => type.startsWith("ecdsa-");
