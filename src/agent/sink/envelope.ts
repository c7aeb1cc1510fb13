import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import { isBase64 } from "../../std/base64.ts";
import { isJsonObject, readJson, writeJson } from "../../std/json.ts";
import type { RandomSource } from "../../std/random.ts";
import { Sensitive } from "../../std/sensitive.ts";
import type { SinkConfig } from "../config/model.ts";
import { AgentError } from "../contract.ts";
import { FileError, readCredential } from "../files/index.ts";

/**
 * Encrypts what a sink holds for whoever holds the private key of the public key in `dh_path`: X25519, then
 * AES-256-GCM with the shared secret or a key derived of it. It trusts the first public key it reads, as long as the
 * agent runs, so whoever may write that file first reads the token.
 *
 * Source: Vault `helper/dhutil`.
 */

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** How Node wraps the 32 bytes of an X25519 public key. Source: RFC 8410. */
const SPKI_PREFIX = Buffer.from("302a300506032b656e032100", "hex");

const publicKey = (raw: Buffer): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: "der", type: "spki" });

const rawKey = (key: KeyObject): Buffer => key.export({ format: "der", type: "spki" }).subarray(SPKI_PREFIX.length);

const readTheirs = async (path: string): Promise<Buffer> => {
  const found = await readCredential(path).catch((error: unknown) => {
    if (!(error instanceof FileError)) throw error;
    throw new AgentError(`error reading file for dh parameters: ${error.message}`);
  });
  if (found === undefined) throw new AgentError("no dh parameters file found, and no cached pub key");
  const json = readJson(found.text.reveal());
  const text = isJsonObject(json) ? json["curve25519_public_key"] : undefined;
  if (typeof text !== "string" || !isBase64(text)) {
    throw new AgentError(`error decoding public key: ${path} has no base64 text "curve25519_public_key"`);
  }
  const raw = Buffer.from(text, "base64");
  if (raw.length !== KEY_BYTES) {
    throw new AgentError(`error decoding public key: it has ${raw.length} bytes instead of ${KEY_BYTES}`);
  }
  return raw;
};

/** Node refuses a public key that makes every shared secret zero. */
const agree = (own: KeyObject, theirs: Buffer): Buffer => {
  try {
    return diffieHellman({ privateKey: own, publicKey: publicKey(theirs) });
  } catch {
    throw new AgentError("error calculating shared key: the public key cannot be used");
  }
};

const derived = (shared: Buffer, one: Buffer, other: Buffer): Buffer => {
  const [low, high] = Buffer.compare(one, other) < 0 ? [one, other] : [other, one];
  return Buffer.from(hkdfSync("sha256", shared, low, high, KEY_BYTES));
};

/** Makes the JSON line of a sink's content. */
export type Encrypt = (content: Sensitive<string>) => Promise<Sensitive<string>>;

type Encryption = NonNullable<SinkConfig["encryption"]>;

const additionalData = (
  { aad, aadVariable }: Encryption,
  env: Readonly<Record<string, string | undefined>>,
): string => {
  if (aadVariable === undefined) return aad ?? "";
  const value = env[aadVariable];
  if (value === undefined || value === "") {
    throw new AgentError(`aad_env_var names ${aadVariable}, which is not set in the environment`);
  }
  return value;
};

/** A key pair of this sink's own, for as long as the agent runs. Throws where `aad_env_var` names nothing. */
export const createEncrypt = (
  encryption: Encryption,
  env: Readonly<Record<string, string | undefined>>,
  random: RandomSource,
): Encrypt => {
  const aad = Buffer.from(additionalData(encryption, env));
  const own = generateKeyPairSync("x25519");
  const ours = rawKey(own.publicKey);
  let key: Sensitive<Buffer> | undefined;
  const keyOf = async (): Promise<Sensitive<Buffer>> => {
    const theirs = await readTheirs(encryption.publicKeyFile);
    const shared = agree(own.privateKey, theirs);
    return new Sensitive(encryption.deriveKey ? derived(shared, ours, theirs) : shared);
  };
  return async (content) => {
    key ??= await keyOf();
    const nonce = Buffer.from(random.bytes(NONCE_BYTES));
    const cipher = createCipheriv("aes-256-gcm", key.reveal(), nonce).setAAD(aad);
    const sealed = Buffer.concat([cipher.update(content.reveal(), "utf8"), cipher.final(), cipher.getAuthTag()]);
    const envelope = {
      curve25519_public_key: ours.toString("base64"),
      nonce: nonce.toString("base64"),
      encrypted_payload: sealed.toString("base64"),
    };
    return new Sensitive(`${writeJson(envelope)}\n`);
  };
};
