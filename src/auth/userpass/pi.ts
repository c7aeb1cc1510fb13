/**
 * The hexadecimal digits of pi behind the point, as unsigned 32-bit words: Blowfish's tables hold nothing else. Computed
 * by Machin's formula, 16 arctan(1/5) - 4 arctan(1/239), so that no table of a thousand numbers must be believed.
 */

const GUARD_BITS = 64n;

/** arctan(1/x) times 2^bits, by its series. */
const arctanInverse = (x: bigint, bits: bigint): bigint => {
  const square = x * x;
  let power = (1n << bits) / x;
  let sum = power;
  for (let n = 3n, add = false; power > 0n; n += 2n, add = !add) {
    power /= square;
    sum += add ? power / n : -(power / n);
  }
  return sum;
};

export const piWords = (count: number): Uint32Array => {
  const wanted = BigInt(count * 32);
  const bits = wanted + GUARD_BITS;
  const pi = 16n * arctanInverse(5n, bits) - 4n * arctanInverse(239n, bits);
  const fraction = (pi - (3n << bits)) >> GUARD_BITS;
  const hex = fraction.toString(16).padStart(count * 8, "0");
  return Uint32Array.from({ length: count }, (_, index) => Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16));
};
