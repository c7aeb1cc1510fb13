import { piWords } from "./pi.ts";

/** Blowfish as bcrypt needs it: the block function and the salted key schedule. Source: Provos and Mazières, 1999. */

const ROUNDS = 16;
const SUBKEYS = ROUNDS + 2;
const BOX = 256;

export interface BlowfishState {
  readonly subkeys: Uint32Array;
  /** The four boxes, one behind the other. */
  readonly boxes: Uint32Array;
}

let initial: Uint32Array | undefined;

export const initialState = (): BlowfishState => {
  initial ??= piWords(SUBKEYS + 4 * BOX);
  return { subkeys: initial.slice(0, SUBKEYS), boxes: initial.slice(SUBKEYS) };
};

/** Enciphers the two words at `at` in place. */
export const encipher = ({ subkeys, boxes }: BlowfishState, block: Uint32Array, at: number): void => {
  let left = block[at] ?? 0;
  let right = block[at + 1] ?? 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    left = (left ^ (subkeys[round] ?? 0)) >>> 0;
    const first = ((boxes[left >>> 24] ?? 0) + (boxes[BOX + ((left >>> 16) & 0xff)] ?? 0)) | 0;
    const mixed = ((first ^ (boxes[2 * BOX + ((left >>> 8) & 0xff)] ?? 0)) + (boxes[3 * BOX + (left & 0xff)] ?? 0)) | 0;
    const next = (right ^ mixed) >>> 0;
    right = left;
    left = next;
  }
  block[at] = (right ^ (subkeys[ROUNDS + 1] ?? 0)) >>> 0;
  block[at + 1] = (left ^ (subkeys[ROUNDS] ?? 0)) >>> 0;
};

/** Bytes as words, read round and round. */
export const cyclicWords = (bytes: Uint8Array, count: number): Uint32Array => {
  let at = 0;
  return Uint32Array.from({ length: count }, () => {
    let word = 0;
    for (let byte = 0; byte < 4; byte += 1) {
      word = ((word << 8) | (bytes[at] ?? 0)) >>> 0;
      at = (at + 1) % bytes.length;
    }
    return word;
  });
};

const NO_SALT = new Uint32Array(4);

/** ExpandKey: mixes a key (18 words) and a salt (4 words; without one the plain key schedule) into the state. */
export const expandKey = (state: BlowfishState, key: Uint32Array, salt: Uint32Array = NO_SALT): void => {
  const { subkeys, boxes } = state;
  for (let index = 0; index < SUBKEYS; index += 1) subkeys[index] = ((subkeys[index] ?? 0) ^ (key[index] ?? 0)) >>> 0;
  const block = new Uint32Array(2);
  let half = 0;
  for (const table of [subkeys, boxes]) {
    for (let index = 0; index < table.length; index += 2) {
      block[0] = ((block[0] ?? 0) ^ (salt[half] ?? 0)) >>> 0;
      block[1] = ((block[1] ?? 0) ^ (salt[half + 1] ?? 0)) >>> 0;
      half = 2 - half;
      encipher(state, block, 0);
      table[index] = block[0] ?? 0;
      table[index + 1] = block[1] ?? 0;
    }
  }
};

export const KEY_WORDS = SUBKEYS;
