/** Go's durations: nanoseconds, written `1h2m3.5s`. */

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "\u00b5s": 1_000n,
  "\u03bcs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const LONGEST = 100;
const PART = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

const partNanos = (whole: string, fraction: string, unit: string): bigint => {
  const size = UNITS[unit] ?? 0n;
  const digits = fraction.slice(0, 18);
  return BigInt(whole || "0") * size + (BigInt(digits || "0") * size) / 10n ** BigInt(digits.length);
};

/** `undefined`: it is not a duration. */
export const parseDuration = (text: string): bigint | undefined => {
  const unsigned = text.replace(/^[+-]/, "");
  if (unsigned === "0") return 0n;
  if (unsigned === "" || unsigned.length > LONGEST) return undefined;
  let nanos = 0n;
  for (let at = 0; at < unsigned.length; at = PART.lastIndex) {
    PART.lastIndex = at;
    const [, whole = "", fraction = "", unit = ""] = PART.exec(unsigned) ?? [];
    if (unit === "" || whole + fraction === "") return undefined;
    nanos += partNanos(whole, fraction, unit);
  }
  const value = text.startsWith("-") ? -nanos : nanos;
  return BigInt.asIntN(64, value) === value ? value : undefined;
};
