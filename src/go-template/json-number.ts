import { unrunnable } from "./errors.ts";
import { func0 } from "./function.ts";
import { readNumber } from "./numbers.ts";
import * as types from "./types.ts";
import { int64, Scalar, type Value } from "./values.ts";

const whole = (text: string): Value => {
  const isWhole = /^-?\d+$/.test(text);
  const value = isWhole ? BigInt(text) : 0n;
  return isWhole && BigInt.asIntN(64, value) === value ? int64(value) : unrunnable("strconv.ParseInt: invalid syntax");
};

const float = (text: string): Value => {
  const numbers = readNumber(text, false);
  const value = typeof numbers === "string" ? undefined : numbers.float;
  return value ?? unrunnable("strconv.ParseFloat: invalid syntax");
};

/** A number of a secret, as Vault's client decodes it: a string in Go, so that nothing of it is lost. */
export const jsonNumber = (text: string): Scalar =>
  new Scalar(types.jsonNumber, text, text, () => ({
    String: func0(() => text),
    Int64: func0(() => whole(text)),
    Float64: func0(() => float(text)),
  }));
