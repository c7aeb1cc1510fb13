import { timingSafeEqual } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { cyclicWords, encipher, expandKey, initialState, KEY_WORDS } from "./blowfish.ts";

/**
 * Checks a password against a bcrypt hash that an operator brought along. Nothing here makes such hashes: what this
 * program hashes itself it hashes with scrypt, and a user's first login replaces the bcrypt hash.
 *
 * Security: bcrypt looks at 72 bytes of a password; longer ones are refused before they come here.
 */

/** Each step doubles the time; at 14 a login takes seconds of one processor, and logins need no token. */
export const LOWEST_COST = 4;
export const HIGHEST_COST = 14;

const FORM = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SALT_BYTES = 16;
const HASH_BYTES = 23;
/** Key schedules between two looks at other work: some ten milliseconds. */
const SLICE = 64;

/** bcrypt's own base64: another alphabet, the same bits. */
const decode = (text: string, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of text) {
    held = (held << 6) | ALPHABET.indexOf(character);
    bits += 6;
    if (bits >= 8 && at < length) {
      bits -= 8;
      bytes[at] = (held >> bits) & 0xff;
      at += 1;
    }
    held &= 0xff;
  }
  return bytes;
};

export interface BcryptHash {
  /** Logarithm of the number of rounds. */
  readonly cost: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Reads `$2a$10$…` (or `2b`, `2y`, which mean the same). `undefined`: no such hash. */
export const parseBcrypt = (text: string): BcryptHash | undefined => {
  const [, cost, salt, hash] = FORM.exec(text) ?? [];
  if (cost === undefined || salt === undefined || hash === undefined) return undefined;
  return { cost: Number(cost), salt: decode(salt, SALT_BYTES), hash: decode(hash, HASH_BYTES) };
};

const digest = async (password: Uint8Array, { cost, salt }: BcryptHash): Promise<Buffer> => {
  const key = cyclicWords(Buffer.concat([password, Buffer.from([0])]), KEY_WORDS);
  const saltKey = cyclicWords(salt, KEY_WORDS);
  const state = initialState();
  expandKey(state, key, cyclicWords(salt, 4));
  for (let round = 0; round < 2 ** cost; round += 1) {
    expandKey(state, key);
    expandKey(state, saltKey);
    if (round % SLICE === SLICE - 1) await setImmediate();
  }
  const words = cyclicWords(Buffer.from("OrpheanBeholderScryDoubt"), 6);
  for (let at = 0; at < words.length; at += 2) {
    for (let times = 0; times < 64; times += 1) encipher(state, words, at);
  }
  const out = Buffer.alloc(4 * words.length);
  for (const [index, word] of words.entries()) out.writeUInt32BE(word, 4 * index);
  return out.subarray(0, HASH_BYTES);
};

export const bcryptMatches = async (password: Uint8Array, against: BcryptHash): Promise<boolean> =>
  timingSafeEqual(await digest(password, against), against.hash);
