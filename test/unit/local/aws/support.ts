import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { createEmbeddedAws, type EmbeddedAws } from "../../../../src/local/aws/index.ts";
import type { RandomSource } from "../../../../src/std/random.ts";

/** 2026-03-04T05:06:07Z, moved by hand. */
export const START = Date.UTC(2026, 2, 4, 5, 6, 7);

export const movableClock = (): { now(): number; advance(seconds: number): void } => {
  let ms = START;
  return {
    now: () => ms,
    advance: (seconds) => {
      ms += seconds * 1000;
    },
  };
};

/** Repeats itself, and never gives the same bytes twice within a run. */
export const countingRandom = (): RandomSource => {
  let count = 0;
  return {
    bytes: (length) => Uint8Array.from({ length }, () => (Math.imul(++count, 2654435761) >>> 13) & 0xff),
  };
};

export const ADMIN_1 = { accessKeyId: "AKIALOCALADMIN000001", secretAccessKey: "local-admin-secret-1" };
export const ADMIN_2 = { accessKeyId: "AKIALOCALADMIN000002", secretAccessKey: "local-admin-secret-2" };
export const ACCOUNT_1 = "111122223333";
export const ACCOUNT_2 = "444455556666";

/** The doubles with the real clock, which the SDK's signer reads too. */
export const startAws = (): Promise<EmbeddedAws> =>
  createEmbeddedAws({ clock: { now: () => Date.now() }, random: countingRandom() });

/** Client settings that reach the doubles in process. */
export const inProcess = (
  aws: EmbeddedAws,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } = ADMIN_1,
) => ({
  region: "us-east-1",
  credentials,
  // The SDK's type for handlers admits any record; this is what one becomes when spread.
  requestHandler: { ...aws.requestHandler },
  maxAttempts: 1,
});

/** The error an SDK call rejects with. */
export const failureOf = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the call did not fail");
};

/** The hash the SDK's signer asks for: SHA-256, or HMAC of it when given a key. */
export class Sha256 {
  readonly #key: Buffer | undefined;
  #hash: Hash | Hmac;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    if (typeof key === "string") this.#key = Buffer.from(key);
    else if (key instanceof ArrayBuffer) this.#key = Buffer.from(key);
    else if (key !== undefined) this.#key = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
    this.#hash = this.#fresh();
  }
  #fresh(): Hash | Hmac {
    return this.#key ? createHmac("sha256", this.#key) : createHash("sha256");
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    this.#hash = this.#fresh();
  }
}
