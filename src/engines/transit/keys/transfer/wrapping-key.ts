import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { type BackendContext, VaultError } from "../../../../framework/index.ts";
import { privateKeyOf } from "../../../../std/private-key.ts";
import { change, leave } from "../../../../storage/change.ts";
import type { Address, View } from "../../../../storage/store.ts";
import { privateBytes, publicKeyOf, publicText } from "../material.ts";

/**
 * The mount's key under which others wrap keys to import here: RSA of 4096 bits, made when it is first asked for, and
 * the same from then on. Of several processes that make one at the same time the first one's stays.
 */

const BITS = 4096;
/** How long an AES key under it is. */
export const WRAPPED_AES_BYTES = BITS / 8;
const SECRET = "key";

const Stored = z.object({
  /** SPKI, base64. */
  publicKey: z.string(),
});

const make = promisify(generateKeyPair);

const addressOf = (view: View): Address => view.at("wrapping-key");

/** What an operation that needs it reads together with the token. */
export const wrappingKeyPrefetch = (_: unknown, view: View): readonly Address[] => [addressOf(view)];

/** The public half. The first call makes the pair. */
export const publicWrappingKey = async (cx: BackendContext): Promise<KeyObject> => {
  // Made once however often the write is decided again: it takes seconds.
  let made: Promise<{ readonly privateKey: KeyObject; readonly publicKey: KeyObject }> | undefined;
  const text = await change(
    cx.storage,
    addressOf(cx.storage),
    async (entry) => {
      if (entry) return leave(Stored.parse(entry.body).publicKey);
      made ??= make("rsa", { modulusLength: BITS });
      const { privateKey, publicKey } = await made;
      const result = publicText(publicKey);
      return { op: "put", body: { publicKey: result }, secrets: { [SECRET]: privateBytes(privateKey) }, result };
    },
    { around: (write) => cx.crash("transit.wrapping-key", write) },
  );
  return publicKeyOf(text);
};

/** The private half; `undefined`: nothing can have been wrapped yet. */
export const privateWrappingKey = async ({ storage }: BackendContext): Promise<KeyObject | undefined> => {
  const entry = await storage.get(addressOf(storage));
  if (!entry) return undefined;
  const secret = entry.secrets?.[SECRET];
  if (!secret) throw new VaultError("internal", { reason: "the wrapping key lacks its secret" });
  return privateKeyOf(secret);
};
