import type { z } from "zod";
import { type Answers, type AnyPath, type BackendContext, op, path, type ReplyOf } from "../../../framework/index.ts";
import { hashPaths, randomPaths } from "../../../framework/tool-paths.ts";
import { findKey, keyPrefetch } from "../keys/find.ts";
import { DataKey, DataKeyInput, dataKey } from "./data-key.ts";
import { Decrypted, DecryptedBatch, DecryptInput, decrypt } from "./decrypt.ts";
import { Encrypted, EncryptedBatch, EncryptInput, encrypt } from "./encrypt.ts";
import { Hmac, HmacBatch, HmacInput, hmac } from "./hmac.ts";
import { RewrapInput, rewrap } from "./rewrap.ts";
import { Signature, SignatureBatch, SignInput, sign } from "./sign.ts";
import { Verified, VerifiedBatch, VerifyInput, verify } from "./verify.ts";

/**
 * The rows of `use/`: data in, data out. It trusts core to have checked the caller, and `keys/` to find keys. It must
 * never show a key or what is derived from one, answer a wrong ciphertext with more than that it is wrong, or let a
 * field of a request choose a nonce.
 */

const KEY = { name: "Name of the key; case matters." };
const WITH_HASH = { ...KEY, urlalgorithm: "Hash function; it wins over the body." };

const encryptPath = path("encrypt/{name}", {
  summary: "encryption with a key",
  params: KEY,
  exists: async ({ params }, cx) => (await findKey(params.name, cx)) !== undefined,
  ops: {
    create: op({
      summary: "make the key and encrypt with it",
      answers: [Encrypted, EncryptedBatch],
      input: EncryptInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => encrypt(params.name, input, "make", cx),
    }),
    update: op({
      summary: "encrypt data, alone or many at once",
      answers: [Encrypted, EncryptedBatch],
      input: EncryptInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => encrypt(params.name, input, "refuse", cx),
    }),
  },
});

const decryptPath = path("decrypt/{name}", {
  summary: "decryption with a key",
  params: KEY,
  ops: {
    update: op({
      summary: "decrypt ciphertexts, alone or many at once",
      answers: [Decrypted, DecryptedBatch],
      input: DecryptInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => decrypt(params.name, input, cx),
    }),
  },
});

const rewrapPath = path("rewrap/{name}", {
  summary: "ciphertexts of another version of their key",
  params: KEY,
  ops: {
    update: op({
      summary: "encrypt ciphertexts once more, without showing what they hold",
      answers: [Encrypted, EncryptedBatch],
      input: RewrapInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => rewrap(params.name, input, cx),
    }),
  },
});

const dataKeyPath = path("datakey/{plaintext}/{name}", {
  summary: "keys for callers to encrypt with",
  params: { ...KEY, plaintext: "`plaintext` shows the new key, `wrapped` its ciphertext alone." },
  ops: {
    update: op({
      summary: "make a random key, encrypted with the named one",
      answers: DataKey,
      input: DataKeyInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => dataKey(params.plaintext, params.name, input, cx),
    }),
  },
});

/** An operation whose hash function is named in the body, or in the path. */
interface ByHash<A extends Answers, In> {
  readonly verb: "sign" | "verify" | "hmac";
  readonly summary: string;
  /** What the operation does. */
  readonly does: string;
  readonly answers: A;
  readonly input: z.ZodType<In>;
  /** `fromPath`: the hash function that the path names; `""`: none. */
  readonly run: (name: string, fromPath: string, input: In, cx: BackendContext) => Promise<ReplyOf<A>>;
}

const byHash = <const A extends Answers, In>(definition: ByHash<A, In>): readonly AnyPath[] => {
  const { verb, summary, does, answers, input, run } = definition;
  const common = { summary: does, answers, input, prefetch: keyPrefetch };
  return [
    path(`${verb}/{name}`, {
      summary,
      params: KEY,
      ops: { update: op({ ...common, handle: ({ params, input }, cx) => run(params.name, "", input, cx) }) },
    }),
    path(`${verb}/{name}/{urlalgorithm+}`, {
      summary: `${summary}, by the hash function in the path`,
      params: WITH_HASH,
      ops: {
        update: op({ ...common, handle: ({ params, input }, cx) => run(params.name, params.urlalgorithm, input, cx) }),
      },
    }),
  ];
};

const signPaths = byHash({
  verb: "sign",
  summary: "signatures with a key",
  does: "sign data, alone or many at once",
  answers: [Signature, SignatureBatch],
  input: SignInput,
  run: sign,
});

const verifyPaths = byHash({
  verb: "verify",
  summary: "checks of signatures and HMACs",
  does: "check signatures or HMACs, alone or many at once",
  answers: [Verified, VerifiedBatch],
  input: VerifyInput,
  run: verify,
});

const hmacPaths = byHash({
  verb: "hmac",
  summary: "HMACs with a key",
  does: "make HMACs, alone or many at once",
  answers: [Hmac, HmacBatch],
  input: HmacInput,
  run: hmac,
});

/** What keys are used for. */
export const usePaths: readonly AnyPath[] = [
  encryptPath,
  decryptPath,
  rewrapPath,
  dataKeyPath,
  ...signPaths,
  ...verifyPaths,
  ...hmacPaths,
  ...hashPaths("", "needed"),
  ...randomPaths(""),
];
