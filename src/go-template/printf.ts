import { goQuote } from "../std/go-quote.ts";
import { quote, unrunnable } from "./errors.ts";
import { floatText, textOf } from "./text.ts";
import { isList, type Room, typeName, type Value } from "./values.ts";

/**
 * `printf`, with the verbs that make sense for a template's values. Where Go would print its complaint into the text
 * (`%!d(string=x)`, `%!s(MISSING)`) the template fails: nobody wants that in a user name or a file.
 * Source: Go documentation, package fmt.
 */

interface Directive {
  readonly flags: string;
  readonly width: number;
  /** -1 where none was given. */
  readonly precision: number;
  readonly verb: string;
}

const DIRECTIVE = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d*))?([\s\S])/y;
const MOST_DIGITS = 100;

const signed = (text: string, flags: string): string => {
  if (text.startsWith("-")) return text;
  return flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text;
};

/** Exponents have two digits at least in Go. */
const twoDigits = (text: string): string => text.replace(/e([+-])(\d)$/, "e$10$2");

const generalFloat = (value: number, precision: number): string => {
  if (precision < 0) return floatText(value);
  const text = value.toPrecision(Math.max(1, precision));
  const plain = text.includes("e") ? text : text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(Number(text))));
  if (exponent >= -4 && exponent < Math.max(1, precision)) return plain;
  return twoDigits(value.toExponential(Math.max(0, precision - 1)).replace(/\.?0+e/, "e"));
};

const floatDigits = (value: number, { precision, verb }: Directive): string => {
  const digits = precision < 0 ? 6 : precision;
  if (!Number.isFinite(value)) return floatText(value);
  if (verb === "e" || verb === "E") return twoDigits(value.toExponential(digits));
  return verb === "f" || verb === "F" ? value.toFixed(digits) : generalFloat(value, precision);
};

const RADIX: Readonly<Record<string, readonly [number, string]>> = {
  d: [10, ""],
  b: [2, "0b"],
  o: [8, "0"],
  x: [16, "0x"],
  X: [16, "0X"],
};

const wholeDigits = (value: bigint, { flags, verb, precision }: Directive): string => {
  const [radix, prefix] = RADIX[verb] ?? [10, ""];
  const digits = (value < 0n ? -value : value).toString(radix).padStart(Math.max(0, precision), "0");
  const shaped = verb === "X" ? digits.toUpperCase() : digits;
  return `${value < 0 ? "-" : ""}${flags.includes("#") ? prefix : ""}${shaped}`;
};

const hexOf = (text: string, verb: string, room: Room): string => {
  const bytes = Buffer.from(text);
  room.text(bytes.length * 2);
  const hex = bytes.toString("hex");
  return verb === "X" ? hex.toUpperCase() : hex;
};

const wrong = ({ verb }: Directive, value: Value): never =>
  unrunnable(`printf: %${verb} does not take a ${typeName(value)}`);

const shapeText = (value: string, given: Directive, room: Room): string => {
  const { precision, verb } = given;
  const cut = precision < 0 ? value : [...value].slice(0, precision).join("");
  if (verb === "s" || verb === "v") return cut;
  if (verb === "x" || verb === "X") return hexOf(cut, verb, room);
  if (verb !== "q") return wrong(given, value);
  room.text(cut.length * 10 + 2);
  return goQuote(cut);
};

const shapeWhole = (value: bigint, given: Directive): string => {
  const { flags, verb } = given;
  if (verb === "c") return String.fromCodePoint(value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd);
  return verb === "v" || RADIX[verb] ? signed(wholeDigits(value, given), flags) : wrong(given, value);
};

const shapeFloat = (value: number, given: Directive): string => {
  const { flags, verb } = given;
  if (!"eEfFgGv".includes(verb)) return wrong(given, value);
  const text = signed(floatDigits(value, given), flags);
  return verb === "E" || verb === "G" ? text.toUpperCase() : text;
};

/** One value by its verb, without width; `undefined` leaves it to `%v`. */
const shape = (value: Value, given: Directive, room: Room): string | undefined => {
  const { verb } = given;
  if (isList(value)) return "sdqxXtv".includes(verb) ? undefined : wrong(given, value);
  if (typeof value === "string") return shapeText(value, given, room);
  if (typeof value === "bigint") return shapeWhole(value, given);
  if (typeof value === "number") return shapeFloat(value, given);
  if (typeof value === "boolean") return verb === "t" || verb === "v" ? String(value) : wrong(given, value);
  return verb === "v" ? undefined : wrong(given, value);
};

const padded = (text: string, { flags, width }: Directive, isNumber: boolean): string => {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!flags.includes("0")) return " ".repeat(missing) + text;
  const sign = (isNumber && /^[-+ ]/.exec(text)?.[0]) || "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
};

const one = (value: Value, given: Directive, room: Room): string => {
  const text = textOf(value, room, (part) => shape(part, given, room));
  room.text(Math.max(text.length, given.width));
  return padded(text, given, typeof value === "number" || typeof value === "bigint");
};

const isSupported = ({ flags, precision, verb }: Directive): boolean =>
  "vsqdxXobctTeEfFgG".includes(verb) && !(verb === "v" && flags.includes("#")) && precision <= MOST_DIGITS;

export const printf = (format: string, values: readonly Value[], room: Room): string => {
  let used = 0;
  let text = "";
  const next = (): Value => {
    if (used >= values.length) unrunnable("printf has fewer values than verbs");
    used += 1;
    return values[used - 1];
  };
  const count = (written: string | undefined, missing: number): number => {
    if (written === undefined) return missing;
    if (written === "") return 0;
    const given = written === "*" ? next() : BigInt(written.slice(0, 20));
    const value = Number(given);
    if (typeof given !== "bigint" || value < 0) return unrunnable("printf: a width must be a number above 0");
    room.text(value);
    return value;
  };
  const put = (part: string): void => {
    room.text(text.length + part.length);
    text += part;
  };
  for (let at = 0; at < format.length; ) {
    room.step();
    const percent = format.indexOf("%", at);
    put(format.slice(at, percent < 0 ? format.length : percent));
    if (percent < 0) break;
    DIRECTIVE.lastIndex = percent;
    const found = DIRECTIVE.exec(format);
    if (!found) return unrunnable("printf: the format ends within a verb");
    at = DIRECTIVE.lastIndex;
    const [, flags = "", width, precision, verb = ""] = found;
    if (verb === "%") {
      put("%");
      continue;
    }
    const given: Directive = { flags, width: count(width, 0), precision: count(precision, -1), verb };
    if (!isSupported(given)) return unrunnable(`printf: ${quote(found[0])} is not supported`);
    const value = next();
    put(verb === "T" ? typeName(value) : one(value, given, room));
  }
  if (used < values.length) unrunnable("printf has more values than verbs");
  return text;
};
