import { createHash, createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { Hash, SourceData } from "@smithy/types";

/**
 * SHA-256 and HMAC as signatures ask for them. Of a key in bytes Node's own object is made once: Node 24 takes five times
 * as long for an HMAC whose key is given as bytes, and a signature's key is the same for a day.
 */

/** The bytes themselves where they are an array already. */
const bytesOf = (data: Exclude<SourceData, string>): Uint8Array => {
  if (data instanceof Uint8Array) return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};

/** Nobody may change the bytes of a key afterwards: `SignatureV4` makes them by this class and keeps them as they are. */
const objects = new WeakMap<Uint8Array, KeyObject>();

const keyOf = (secret: SourceData): string | KeyObject => {
  if (typeof secret === "string") return secret;
  const bytes = bytesOf(secret);
  const known = objects.get(bytes);
  if (known) return known;
  const made = createSecretKey(bytes);
  objects.set(bytes, made);
  return made;
};

export class Sha256 implements Hash {
  readonly #make;
  #hash;

  constructor(secret?: SourceData) {
    this.#make = () => (secret === undefined ? createHash("sha256") : createHmac("sha256", keyOf(secret)));
    this.#hash = this.#make();
  }

  update(data: SourceData): void {
    this.#hash.update(typeof data === "string" ? data : bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#make();
  }
}
