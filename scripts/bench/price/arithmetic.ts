/**
 * The arithmetic of `docs/cost.md` as it is written there: numbers, `+`, `-`, `x`, `/` and brackets. Sizes are in GB of
 * 2^30 bytes, `M` is a million; other units say what a number counts and change nothing. A unit stands behind a number or a
 * bracket.
 */

const GB = 2 ** 30;
const UNITS: Readonly<Record<string, number>> = {
  B: 1 / GB,
  KB: 1024 / GB,
  GB: 1,
  M: 1e6,
  s: 1,
  RRU: 1,
  WRU: 1,
};

const TOKEN = /(\d[\d,]*(?:\.\d+)?)|\b(RRU|WRU|KB|GB|B|M|s)\b|([-+/x()])|(\S)/g;

type Token = number | string;

const tokensOf = (text: string): Token[] => {
  const tokens: Token[] = [];
  // `1M` is two words here.
  for (const [, digits, unit, sign, other] of text.replace(/(\d)([A-Z])/g, "$1 $2").matchAll(TOKEN)) {
    if (other !== undefined) throw new Error(`"${other}" is not arithmetic: ${text}`);
    if (digits !== undefined) tokens.push(Number(digits.replaceAll(",", "")));
    else if (sign !== undefined) tokens.push(sign);
    // Behind a stroke it is a divisor itself.
    else tokens.push(...(tokens.at(-1) === "/" ? [] : ["x"]), UNITS[unit ?? ""] ?? 1);
  }
  return tokens;
};

/** The value of a text. Throws where it is anything else than arithmetic. */
export const evaluate = (text: string): number => {
  const tokens = tokensOf(text);
  const take = (...signs: readonly string[]): Token | undefined =>
    signs.includes(String(tokens[0])) ? tokens.shift() : undefined;

  const factor = (): number => {
    if (take("(") !== undefined) {
      const inner = sum();
      if (take(")") === undefined) throw new Error(`a bracket is not closed: ${text}`);
      return inner;
    }
    const value = tokens.shift();
    if (typeof value !== "number") throw new Error(`a number is missing: ${text}`);
    return value;
  };
  const product = (): number => {
    let value = factor();
    for (let sign = take("x", "/"); sign !== undefined; sign = take("x", "/")) {
      value = sign === "x" ? value * factor() : value / factor();
    }
    return value;
  };
  const sum = (): number => {
    let value = product();
    for (let sign = take("+", "-"); sign !== undefined; sign = take("+", "-")) {
      value = sign === "+" ? value + product() : value - product();
    }
    return value;
  };

  const value = sum();
  if (tokens.length > 0) throw new Error(`something is left over: ${text}`);
  return value;
};
