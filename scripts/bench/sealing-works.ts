import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from "node:crypto";
import { encodeFields } from "../../src/crypto/encoding.ts";
import { createDataKey, open, type Place, seal } from "../../src/crypto/envelope.ts";
import { systemRandom } from "../../src/std/random.ts";
import { microsecondsInTurn } from "./samples.ts";

/**
 * Sealing and opening one kilobyte at a place shaped like a KV secret's, next to AES-256-GCM alone: the same bytes and
 * the same associated data under one key for all, without a key for each write and without a commitment.
 */

const CIPHER = "aes-256-gcm";
const TAG = { authTagLength: 16 };
/** Runs in one sample. */
const RUNS = 40;

/** Microseconds. */
export interface SealingTimes {
  readonly seal: number;
  readonly sealAlone: number;
  readonly open: number;
  readonly openAlone: number;
}

export interface Sealing {
  /** Bytes that a sealed kilobyte is longer by. */
  readonly longer: number;
  /** Medians of so many samples of each, in turn. */
  readonly times: (samples: number) => SealingTimes;
}

export const createSealing = (): Sealing => {
  const bytes = randomBytes(32);
  const key = createDataKey(1, bytes);
  const place: Place = {
    table: "zeroth",
    pk: "rec#kv:0123456789abcdef#lU9JIOhZyNfM0ASElK7E1g",
    sk: "m",
    clear: [1234567890123456, undefined, undefined, undefined, undefined, 1],
  };
  const plaintext = systemRandom.bytes(1024);
  const sealed = seal(key, place, plaintext, systemRandom);

  const secret = createSecretKey(bytes);
  const context = encodeFields(["zeroth", 1, place.table, place.pk, place.sk, 1, ...place.clear]);
  const bareSeal = (): Buffer => {
    const iv = randomBytes(12);
    const cipher = createCipheriv(CIPHER, secret, iv, TAG).setAAD(context);
    return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  };
  const body = bareSeal();
  const bareOpen = (): Buffer => {
    const decipher = createDecipheriv(CIPHER, secret, body.subarray(0, 12), TAG).setAAD(context);
    decipher.setAuthTag(body.subarray(-16));
    return Buffer.concat([decipher.update(body.subarray(12, -16)), decipher.final()]);
  };
  const works = [() => seal(key, place, plaintext, systemRandom), bareSeal, () => open(key, place, sealed), bareOpen];

  return {
    longer: sealed.length - plaintext.length,
    times: (samples) => {
      const [seal = Number.NaN, sealAlone = Number.NaN, open = Number.NaN, openAlone = Number.NaN] = microsecondsInTurn(
        works,
        samples,
        RUNS,
      );
      return { seal, sealAlone, open, openAlone };
    },
  };
};
