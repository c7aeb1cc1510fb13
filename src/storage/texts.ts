import { type Keyring, keyVersionOf, open, type Place, seal } from "../crypto/index.ts";
import { type JsonValue, parseJson, writeJson } from "../std/json.ts";
import type { RandomSource } from "../std/random.ts";
import { isRefusal } from "./errors.ts";
import type { Domain } from "./store.ts";

/**
 * Values sealed into text that is not in an item: `base64url(message id(16) | sealed)`.
 *
 * Security: the random message id is part of the context, so every text has a key of its own; the place can be no
 * item's, because its clear part is one field and theirs are six.
 */

const ID_BYTES = 16;

const placeOf = (table: string, purpose: string, id: Uint8Array): Place => ({
  table,
  pk: "text",
  sk: purpose,
  clear: [id],
});

/** Node's decoder skips what it does not know; only the one canonical text of some bytes is taken here. */
const decode = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
};

export const createTexts = (options: {
  readonly table: string;
  readonly keyring: Keyring;
  readonly random: RandomSource;
}) => {
  const { table, keyring, random } = options;
  return {
    sealText: async (domain: Domain, purpose: string, body: JsonValue): Promise<string> => {
      const id = random.bytes(ID_BYTES);
      const key = await keyring.current(domain);
      const sealed = seal(key, placeOf(table, purpose, id), Buffer.from(writeJson(body)), random);
      return Buffer.concat([id, sealed]).toString("base64url");
    },

    openText: async (domain: Domain, purpose: string, text: string): Promise<JsonValue | undefined> => {
      const bytes = decode(text);
      if (bytes === undefined) return undefined;
      const sealed = bytes.subarray(ID_BYTES);
      try {
        const key = await keyring.version(domain, keyVersionOf(sealed));
        const plain = open(key, placeOf(table, purpose, bytes.subarray(0, ID_BYTES)), sealed);
        return parseJson(plain.toString("utf8"));
      } catch (error) {
        if (isRefusal(error)) return undefined;
        throw error;
      }
    },
  };
};
