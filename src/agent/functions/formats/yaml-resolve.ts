import { uint64, type Value } from "../../../go-template/index.ts";
import { parseFloating, parseSigned, parseUnsigned } from "../go/strconv.ts";
import { parseTime } from "../go/time/parse.ts";
import { UTC } from "../go/time/zone.ts";

/** What a plain word of YAML is, to `gopkg.in/yaml.v2`: mostly YAML 1.1, which calls `yes` and `on` true. */

export type Tag = "str" | "bool" | "int" | "float" | "null" | "timestamp";

export interface Resolved {
  readonly tag: Tag;
  readonly value: Value;
}

const words = (tag: Tag, value: Value, ...spellings: readonly string[]): readonly (readonly [string, Resolved])[] =>
  spellings.map((spelling) => [spelling, { tag, value }]);

const WORDS: ReadonlyMap<string, Resolved> = new Map([
  ...words("bool", true, "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"),
  ...words("bool", false, "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"),
  ...words("null", undefined, "", "~", "null", "Null", "NULL"),
  ...words("float", Number.NaN, ".nan", ".NaN", ".NAN"),
  ...words("float", Number.POSITIVE_INFINITY, ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"),
  ...words("float", Number.NEGATIVE_INFINITY, "-.inf", "-.Inf", "-.INF"),
]);

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const TIMESTAMPS = [
  "2006-1-2T15:4:5.999999999Z07:00",
  "2006-1-2t15:4:5.999999999Z07:00",
  "2006-1-2 15:4:5.999999999",
  "2006-1-2",
];
/** Longer words are texts: no number needs so many digits. */
const LONGEST = 1000;

const isTimestamp = (text: string): boolean =>
  /^\d{4}-/.test(text) && TIMESTAMPS.some((layout) => parseTime(layout, text, UTC) !== undefined);

const binary = (plain: string): Value => {
  if (plain.startsWith("-0b")) {
    const negative = parseSigned(`-${plain.slice(3)}`, 2);
    return typeof negative === "bigint" ? negative : undefined;
  }
  return plain.startsWith("0b") ? wholeOf(plain.slice(2), 2) : undefined;
};

/** An `int` where it fits, else a `uint64`. */
const wholeOf = (text: string, base: number): Value => {
  const signed = parseSigned(text, base);
  if (typeof signed === "bigint") return signed;
  const unsigned = parseUnsigned(text, base);
  return typeof unsigned === "bigint" ? uint64(unsigned) : undefined;
};

const numberOf = (text: string): Resolved | undefined => {
  const plain = text.replaceAll("_", "");
  const whole = wholeOf(plain, 0);
  if (whole !== undefined) return { tag: "int", value: whole };
  const float = FLOAT.test(plain) ? parseFloating(plain) : undefined;
  if (typeof float === "number") return { tag: "float", value: float };
  const bits = binary(plain);
  return bits === undefined ? undefined : { tag: "int", value: bits };
};

/** `explicit`: the word has a tag, which a timestamp would have named. */
export const resolvePlain = (text: string, explicit = false): Resolved => {
  const word = WORDS.get(text);
  if (word) return word;
  const asText: Resolved = { tag: "str", value: text };
  if (text.length > LONGEST) return asText;
  if (text.startsWith(".")) {
    const float = parseFloating(text);
    return typeof float === "number" ? { tag: "float", value: float } : asText;
  }
  if (!/^[-+0-9]/.test(text)) return asText;
  if (!explicit && isTimestamp(text)) return { tag: "timestamp", value: text };
  return numberOf(text) ?? asText;
};

/** `1:30:45` was a number in YAML 1.1: it is quoted for the sake of others. */
export const isBase60 = (text: string): boolean =>
  text.length <= LONGEST && /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);
