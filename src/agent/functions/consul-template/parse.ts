import {
  func1,
  int64,
  STRING,
  type TemplateFunction,
  uint64,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";
import { parseGoBool } from "../../../std/go-bool.ts";
import { parseFloating, parseSigned, parseUnsigned } from "../go/strconv.ts";

/** Booleans and numbers from texts. An empty text is false, or 0. */

const parsing = <T>(name: string, empty: Value, read: (text: string) => T, made: (found: T) => Value | undefined) =>
  func1(STRING, (text) => {
    if (text === "") return empty;
    const found = read(text);
    return made(found) ?? unrunnable(`${name}: ${found === "range" ? "value out of range" : "invalid syntax"}`);
  });

export const PARSERS: Readonly<Record<string, TemplateFunction>> = {
  parseBool: parsing("parseBool", false, parseGoBool, (found) => found),
  parseFloat: parsing("parseFloat", 0, parseFloating, (found) => (typeof found === "number" ? found : undefined)),
  parseInt: parsing("parseInt", int64(0n), parseSigned, (found) =>
    typeof found === "bigint" ? int64(found) : undefined,
  ),
  parseUint: parsing("parseUint", uint64(0n), parseUnsigned, (found) =>
    typeof found === "bigint" ? uint64(found) : undefined,
  ),
};
