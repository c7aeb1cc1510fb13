import { type AnyPath, op, path } from "../../../framework/index.ts";
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

const signOp = { summary: "sign data, alone or many at once", answers: [Signature, SignatureBatch] } as const;
const signPath = path("sign/{name}", {
  summary: "signatures with a key",
  params: KEY,
  ops: {
    update: op({
      ...signOp,
      input: SignInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => sign(params.name, "", input, cx),
    }),
  },
});
const signWithPath = path("sign/{name}/{urlalgorithm+}", {
  summary: "signatures with a key, by the hash function in the path",
  params: WITH_HASH,
  ops: {
    update: op({
      ...signOp,
      input: SignInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => sign(params.name, params.urlalgorithm, input, cx),
    }),
  },
});

const verifyOp = {
  summary: "check signatures or HMACs, alone or many at once",
  answers: [Verified, VerifiedBatch],
} as const;
const verifyPath = path("verify/{name}", {
  summary: "checks of signatures and HMACs",
  params: KEY,
  ops: {
    update: op({
      ...verifyOp,
      input: VerifyInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => verify(params.name, "", input, cx),
    }),
  },
});
const verifyWithPath = path("verify/{name}/{urlalgorithm+}", {
  summary: "checks of signatures and HMACs, by the hash function in the path",
  params: WITH_HASH,
  ops: {
    update: op({
      ...verifyOp,
      input: VerifyInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => verify(params.name, params.urlalgorithm, input, cx),
    }),
  },
});

const hmacOp = { summary: "make HMACs, alone or many at once", answers: [Hmac, HmacBatch] } as const;
const hmacPath = path("hmac/{name}", {
  summary: "HMACs with a key",
  params: KEY,
  ops: {
    update: op({
      ...hmacOp,
      input: HmacInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => hmac(params.name, "", input, cx),
    }),
  },
});
const hmacWithPath = path("hmac/{name}/{urlalgorithm+}", {
  summary: "HMACs with a key, by the hash function in the path",
  params: WITH_HASH,
  ops: {
    update: op({
      ...hmacOp,
      input: HmacInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => hmac(params.name, params.urlalgorithm, input, cx),
    }),
  },
});

/** What keys are used for. */
export const usePaths: readonly AnyPath[] = [
  encryptPath,
  decryptPath,
  rewrapPath,
  dataKeyPath,
  signPath,
  signWithPath,
  verifyPath,
  verifyWithPath,
  hmacPath,
  hmacWithPath,
  ...hashPaths("", "needed"),
  ...randomPaths(""),
];
