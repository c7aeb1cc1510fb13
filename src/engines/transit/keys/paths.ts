import { z } from "zod";
import { type AnyPath, type BackendContext, done, field, invalidRequest, op, path } from "../../../framework/index.ts";
import { listing } from "../../../framework/records.ts";
import { base64Bytes } from "../../../std/go-base64.ts";
import { cut } from "../../../std/shown.ts";
import { ChainSet, RequestMade, requestCertificate, setCertificate } from "./certificates.ts";
import { ConfigInput, checkedPeriod, configureKey } from "./configure.ts";
import { createKey, HMAC_KEY, type KeyOptions } from "./create.ts";
import { findKey, keyOf, keyPrefetch } from "./find.ts";
import { keyType, kindOf } from "./kinds.ts";
import {
  CacheConfig,
  KeysConfig,
  readCacheConfig,
  readKeysConfig,
  writeCacheConfig,
  writeKeysConfig,
} from "./mount-config.ts";
import { deleteKey, trimKey } from "./remove.ts";
import { rotateKey } from "./rotate.ts";
import { KeyShown, showKey } from "./shown.ts";
import { transferPaths } from "./transfer/paths.ts";

/** The rows of `keys/`: what keys there are, and what each is. */

const KEY = { name: "Name of the key; case matters." };

const CreateInput = z.object({
  type: field.text("Type of the key; `aes256-gcm96` unless given."),
  derived: field.flag("Whether each use names a context, from which its key is derived."),
  convergent_encryption: field.flag(
    "Whether the same plaintext and context give the same ciphertext; needs `derived`.",
  ),
  exportable: field.flag("Whether the key may be exported. Cannot be taken back."),
  allow_plaintext_backup: field.flag("Whether the key may be backed up in plaintext. Cannot be taken back."),
  context: field.text("Taken by older clients, without effect."),
  auto_rotate_period: field.duration(
    "How old the latest version gets before a new one is made; 0: rotated by hand only.",
  ),
  key_size: field.integer("Bytes, of type `hmac` alone: 32 to 512."),
});

const optionsOf = (input: z.output<typeof CreateInput>): KeyOptions => {
  const { derived = false, convergent_encryption: convergent = false } = input;
  const autoRotatePeriod = checkedPeriod(input.auto_rotate_period ?? 0);
  if (convergent && !derived) throw invalidRequest("convergent encryption requires derivation to be enabled");
  const name = input.type ?? "aes256-gcm96";
  const type = keyType(name);
  if (!type) throw invalidRequest(`unknown key type ${cut(name)}`);
  const keySize = input.key_size ?? 0;
  if (keySize !== 0 && kindOf(type).made.make !== "hmac") {
    throw invalidRequest(`key_size is not valid for algorithm ${type}`);
  }
  if (keySize !== 0 && (keySize < HMAC_KEY.least || keySize > HMAC_KEY.most)) {
    throw invalidRequest(`invalid key_size ${keySize}`);
  }
  return {
    type,
    derived,
    convergent,
    exportable: input.exportable ?? false,
    allowPlaintextBackup: input.allow_plaintext_backup ?? false,
    autoRotatePeriod,
    keySize,
  };
};

const contextOf = (text: string | undefined): Uint8Array | undefined => {
  if (text === undefined || text === "") return undefined;
  const context = base64Bytes(text);
  if (!context) throw invalidRequest("failed to base64-decode context");
  return context;
};

const keysPath = listing(
  "keys",
  { all: "the keys of this mount", list: "list the names of keys" },
  ({ storage }: BackendContext) => storage.list("key/"),
);

const keyPath = path("keys/{name}", {
  summary: "a key: what it is, and its versions",
  params: KEY,
  ops: {
    read: op({
      summary: "read what a key is; public keys are shown, secrets never",
      answers: KeyShown,
      input: z.object({ context: field.text("Base64; shows the public key that a derived key has for this context.") }),
      prefetch: keyPrefetch,
      handle: async ({ params, input }, cx) => {
        const key = await findKey(params.name, cx);
        return key && { data: await showKey(key, contextOf(input.context)) };
      },
    }),
    update: op({
      summary: "make a key; one that exists stays as it is",
      answers: KeyShown,
      input: CreateInput,
      prefetch: keyPrefetch,
      handle: async ({ params, input }, cx) => {
        const { key } = await createKey(params.name, optionsOf(input), cx);
        return { data: await showKey(key) };
      },
    }),
    delete: op({
      summary: "delete a key that allows it, with all its versions",
      answers: "nothing",
      prefetch: keyPrefetch,
      handle: ({ params }, cx) => done(deleteKey(params.name, cx)),
    }),
  },
});

const configPath = path("keys/{name}/config", {
  summary: "what of a key may be changed",
  params: KEY,
  ops: {
    update: op({
      summary: "change a key's minimum versions, permissions and period of rotation",
      answers: KeyShown,
      input: ConfigInput,
      prefetch: keyPrefetch,
      handle: async ({ params, input }, cx) => {
        const { stored, warnings } = await configureKey(params.name, input, cx);
        return { data: await showKey(keyOf(stored, cx)), warnings };
      },
    }),
  },
});

const rotatePath = path("keys/{name}/rotate", {
  summary: "rotation of a key",
  params: KEY,
  ops: {
    update: op({
      summary: "add a version, with which data is encrypted and signed from now on",
      answers: KeyShown,
      prefetch: keyPrefetch,
      handle: async ({ params }, cx) => ({ data: await showKey(keyOf(await rotateKey(params.name, cx), cx)) }),
    }),
  },
});

const trimPath = path("keys/{name}/trim", {
  summary: "the end of old versions",
  params: KEY,
  ops: {
    update: op({
      summary: "throw away versions that no minimum allows any more; they cannot be brought back",
      answers: KeyShown,
      input: z.object({ min_available_version: field.integer("Oldest version to keep.") }),
      prefetch: keyPrefetch,
      handle: async ({ params, input }, cx) => {
        const stored = await trimKey(params.name, input.min_available_version, cx);
        return { data: await showKey(keyOf(stored, cx)) };
      },
    }),
  },
});

const certificateInput = { version: field.integer("Version of the key; the latest unless given.") };

const requestPath = path("keys/{name}/csr", {
  summary: "certificate requests of keys that sign",
  params: KEY,
  ops: {
    update: op({
      summary: "make a certificate request for a version's key",
      answers: RequestMade,
      input: z.object({
        ...certificateInput,
        csr: field.text("A request whose names and extensions are taken over, PEM; none unless given."),
      }),
      prefetch: keyPrefetch,
      handle: async ({ params, input }, cx) => ({ data: await requestCertificate(params.name, input, cx) }),
    }),
  },
});

const certificatePath = path("keys/{name}/set-certificate", {
  summary: "certificates of keys that sign",
  params: KEY,
  ops: {
    update: op({
      summary: "keep a certificate chain with the version whose key it certifies",
      answers: ChainSet,
      input: z.object({
        ...certificateInput,
        certificate_chain: field.text("PEM, the key's own certificate first, then those of its authorities."),
      }),
      prefetch: keyPrefetch,
      handle: async ({ params, input }, cx) => ({ data: await setCertificate(params.name, input, cx) }),
    }),
  },
});

const cacheConfigPath = path("cache-config", {
  summary: "how many versions of keys a process keeps in memory",
  params: {},
  ops: {
    read: op({
      summary: "read the size",
      answers: CacheConfig,
      handle: async (_, cx) => ({ data: await readCacheConfig(cx) }),
    }),
    update: op({
      summary: "set the size",
      answers: CacheConfig,
      input: z.object({ size: field.integer("0: as many as a process may keep; else 10 at least.") }),
      handle: async ({ input }, cx) => ({ data: await writeCacheConfig(input.size ?? 0, cx) }),
    }),
  },
});

const keysConfigPath = path("config/keys", {
  summary: "what holds for all keys of the mount",
  params: {},
  ops: {
    read: op({
      summary: "read whether encrypting makes keys",
      answers: KeysConfig,
      handle: async (_, cx) => ({ data: await readKeysConfig(cx) }),
    }),
    update: op({
      summary: "set whether encrypting makes keys",
      answers: KeysConfig,
      input: z.object({ disable_upsert: field.flag("Whether to encrypt with existing keys only.") }),
      handle: async ({ input }, cx) => ({ data: await writeKeysConfig(input.disable_upsert ?? false, cx) }),
    }),
  },
});

/** What keys are and how they are managed. */
export const keyPaths: readonly AnyPath[] = [
  keysPath,
  keyPath,
  configPath,
  rotatePath,
  trimPath,
  requestPath,
  certificatePath,
  cacheConfigPath,
  keysConfigPath,
  ...transferPaths,
];
