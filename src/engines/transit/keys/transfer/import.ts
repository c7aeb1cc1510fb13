import { z } from "zod";
import { type BackendContext, field, invalidRequest, VaultError } from "../../../../framework/index.ts";
import { base64Bytes, base64Fault } from "../../../../std/go-base64.ts";
import { cut } from "../../../../std/shown.ts";
import type { Entry, Secrets } from "../../../../storage/store.ts";
import { type KeyType, SECRETS, type StoredKey, StoredVersion, versionAddress } from "../../model.ts";
import { changeKey, type KeyChange, versionWrite, withRevision, withVersion } from "../change.ts";
import { checkedPeriod } from "../configure.ts";
import { checkOptions, newId } from "../create.ts";
import { keyType } from "../kinds.ts";
import type { Material } from "../material.ts";
import { refused } from "../refused.ts";
import { type Brought, broughtMaterial, hasPair, keySizeOf } from "./brought.ts";
import { oaepHash, unwrapKey } from "./wrapped.ts";
import { privateWrappingKey, WRAPPED_AES_BYTES } from "./wrapping-key.ts";

/**
 * Keys that were made elsewhere become keys of this mount: a new one, a further version of one, or the private half of a
 * version whose public key came first.
 */

const WRAPPED = {
  ciphertext: field.text(
    "The key wrapped under the mount's wrapping key, base64: a fresh AES-256 key under RSA-OAEP, then the key under AES-KWP; PKCS #8 for types with public keys.",
  ),
  public_key: field.text("The public key alone, PEM; ignored where `ciphertext` is given."),
  hash_function: field.text("Hash under OAEP: `SHA1`, `SHA224`, `SHA256` (unless given), `SHA384` or `SHA512`."),
};

export const ImportInput = z.object({
  ...WRAPPED,
  type: field.text("Type of the key; `aes256-gcm96` unless given."),
  allow_rotation: field.flag("Whether versions may be made here as well."),
  derived: field.flag("Whether each use names a context, from which its key is derived."),
  exportable: field.flag("Whether the key may be exported. Cannot be taken back."),
  allow_plaintext_backup: field.flag("Whether the key may be backed up in plaintext. Cannot be taken back."),
  context: field.text("Taken by older clients, without effect."),
  auto_rotate_period: field.duration(
    "How old the latest version gets before one is made here; needs `allow_rotation`.",
  ),
  convergent_encryption: field.flag("Refused: keys that are imported do not converge."),
});
type ImportInput = z.output<typeof ImportInput>;

export const ImportVersionInput = z.object({
  ...WRAPPED,
  version: field.integer(
    "The version whose private half this is; unless given, a new one, or the latest if this is its half.",
  ),
});
type ImportVersionInput = z.output<typeof ImportVersionInput>;

type WrappedInput = Pick<ImportInput, "ciphertext" | "public_key" | "hash_function">;

/** One text for all that can be wrong with what is wrapped, but for its length, which says nothing of what is in it. */
const UNREADABLE = "the ciphertext cannot be unwrapped with the wrapping key of this mount";
const SHORT = "provided ciphertext is too short";

const broughtBy = async (type: KeyType, input: WrappedInput, cx: BackendContext): Promise<Brought> => {
  const { ciphertext, public_key = "", hash_function = "SHA256" } = input;
  if (ciphertext === undefined) {
    if (!hasPair(type)) throw refused("provided type does not support public_key import");
    return { pem: public_key };
  }
  const hash = oaepHash(hash_function);
  if (hash === undefined) throw invalidRequest(`unknown hash function: ${cut(hash_function)}`);
  const wrapped = base64Bytes(ciphertext);
  if (!wrapped) throw refused(base64Fault(ciphertext));
  if (wrapped.length <= WRAPPED_AES_BYTES) throw refused(SHORT);
  const wrappingKey = await privateWrappingKey(cx);
  const secret = wrappingKey && unwrapKey(wrapped, wrappingKey, hash);
  if (!secret) throw refused(UNREADABLE);
  return { secret };
};

/** Where the key itself is wrong, Vault begins the error by saying that it was importing one. */
const imported = (make: () => Material): Material => {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof VaultError) throw refused(`error importing key: ${cause.wire}`);
    throw cause;
  }
};

const optionsOf = (name: string, input: ImportInput, cx: BackendContext) => {
  if (input.convergent_encryption !== undefined) {
    throw refused("import cannot be used on keys with convergent encryption enabled");
  }
  const { allow_rotation: allowRotation = false, derived = false } = input;
  const autoRotatePeriod = input.auto_rotate_period ?? 0;
  if (autoRotatePeriod > 0 && !allowRotation) {
    throw refused("allow_rotation must be set to true if auto-rotation is enabled");
  }
  const wanted = input.type ?? "aes256-gcm96";
  const type = keyType(wanted.toLowerCase());
  if (!type) throw invalidRequest(`unknown key type: ${cut(wanted)}`);
  return {
    id: newId(cx),
    name,
    type,
    derived,
    // As Vault has it, so that either decrypts what the other encrypted. Its own Ed25519 keys of this kind sign nothing.
    kdf: derived && type !== "ed25519" ? ("hmac-sha256-counter" as const) : undefined,
    convergent: false,
    exportable: input.exportable ?? false,
    allowPlaintextBackup: input.allow_plaintext_backup ?? false,
    deletionAllowed: false,
    imported: true,
    allowRotation,
    autoRotatePeriod: checkedPeriod(autoRotatePeriod),
    minDecryption: 1,
    minEncryption: 0,
    minAvailable: 0,
  };
};

const EXISTS =
  "the import path cannot be used with an existing key; use import-version to rotate an existing imported key";

/** Makes a key of what was brought. Throws with texts like Vault's. */
export const importKey = async (name: string, input: ImportInput, cx: BackendContext): Promise<void> => {
  const options = optionsOf(name, input, cx);
  let material: Material | undefined;
  await changeKey(name, "transit.import", cx, async (before) => {
    if (before) throw refused(EXISTS);
    const created = cx.clock.now();
    if (!material) {
      const brought = await broughtBy(options.type, input, cx);
      material = imported(() => broughtMaterial(options, brought, { random: cx.random, created }));
    }
    const keySize = keySizeOf(options.type, material);
    checkOptions({ ...options, keySize });
    const stored: StoredKey = { ...options, keySize, latest: 1, versions: { 1: material.body.created } };
    return { op: "put", stored, also: [versionWrite(cx.storage, stored.id, 1, material)], result: undefined };
  });
};

/** A version's entry with the private half that it lacked. */
const completed = (
  before: StoredKey,
  number: number,
  entry: Entry,
  secrets: Secrets,
  cx: BackendContext,
): KeyChange<undefined> => {
  const put = {
    op: "put",
    address: versionAddress(cx.storage, before.id, number),
    body: entry.body,
    secrets: { ...entry.secrets, ...secrets },
    when: { n: entry.n },
  } as const;
  return { op: "put", stored: withRevision(before, number), also: [put], result: undefined };
};

/** The version's entry if this is the private half it lacks; otherwise why not. */
const halfFor = (
  entry: Entry | undefined,
  material: Material,
): { readonly entry: Entry } | { readonly why: string } => {
  if (!entry) return { why: "no such key version" };
  const { publicKey } = StoredVersion.parse(entry.body);
  if (publicKey === undefined) return { why: "provided type does not support importing key versions" };
  if (entry.secrets?.[SECRETS.key]) return { why: "private key imported, key version cannot be updated" };
  if (!material.secrets[SECRETS.key]) {
    return { why: "cannot add a public key to a key version that already has a public key set" };
  }
  if (publicKey !== material.body.publicKey) return { why: "cannot import key, key pair does not match" };
  return { entry };
};

const checkImported = (name: string, before: StoredKey | undefined): StoredKey => {
  if (!before) throw refused(`no key found with name ${cut(name)}; to import a new key, use the import/ endpoint`);
  if (!before.imported) throw refused("the import_version endpoint can only be used with an imported key");
  return before;
};

/** Adds what was brought to an imported key. Throws with texts like Vault's. */
export const importVersion = async (name: string, input: ImportVersionInput, cx: BackendContext): Promise<void> => {
  let brought: Brought | undefined;
  await changeKey<undefined>(name, "transit.import.version", cx, async (found) => {
    const before = checkImported(name, found);
    brought ??= await broughtBy(before.type, input, cx);
    const material = broughtMaterial(before, brought, { random: cx.random, created: cx.clock.now() });
    const number = input.version ?? before.latest;
    const half = halfFor(await cx.storage.get(versionAddress(cx.storage, before.id, number)), material);
    if ("entry" in half) {
      const secret = material.secrets[SECRETS.key];
      return completed(before, number, half.entry, secret ? { [SECRETS.key]: secret } : {}, cx);
    }
    if (input.version !== undefined) throw refused(half.why);
    const stored = { ...withVersion(before, material.body.created), keySize: keySizeOf(before.type, material) };
    return {
      op: "put",
      stored,
      also: [versionWrite(cx.storage, stored.id, stored.latest, material)],
      result: undefined,
    };
  });
};
