import {
  bytesOfText,
  floatText,
  isNil,
  isText,
  Pointer,
  Scalar,
  TemplateFunction,
  typeName,
  types,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";
import { marshalled } from "../go/marshalled.ts";
import { parseFloating, parseSigned } from "../go/strconv.ts";
import { GoTime } from "../go/time/go-time.ts";
import { isChannel } from "../go/values.ts";
import { isBase60, resolvePlain } from "./yaml-resolve.ts";

/** What stands for a value in YAML, and how it would be written if nothing were in the way. */

const BASE64_LINE = 70;

export type Style = "plain" | "single" | "double" | "literal";

export interface Text {
  readonly text: string;
  readonly style: Style;
  readonly tag?: string;
}

export const plain = (text: string): Text => ({ text, style: "plain" });

const ofText = (text: string): Text => {
  if (!isText(text)) {
    const lines =
      bytesOfText(text)
        .toString("base64")
        .match(new RegExp(`.{1,${BASE64_LINE}}`, "g")) ?? [];
    const joined = lines.length > 1 ? `${lines.join("\n")}\n` : lines.join("");
    return { text: joined, style: lines.length > 1 ? "literal" : "plain", tag: "!!binary" };
  }
  if (text.includes("\n")) return { text, style: "literal" };
  return { text, style: resolvePlain(text).tag === "str" && !isBase60(text) ? "plain" : "double" };
};

const INFINITE: Readonly<Record<string, string>> = { "+Inf": ".inf", "-Inf": "-.inf", NaN: ".nan" };
const ofFloat = (value: number): Text => {
  const text = floatText(value);
  return plain(INFINITE[text] ?? text);
};

const ofScalar = (value: Scalar): Text => {
  if (typeof value.value === "number") return ofFloat(value.value);
  if (value.type.name === types.duration.name) return ofText(value.text ?? "");
  if (typeof value.value !== "string") return plain(String(value.value));
  if (value.type !== types.jsonNumber) return ofText(value.value);
  const whole = parseSigned(value.value);
  if (typeof whole === "bigint") return plain(String(whole));
  const float = parseFloating(value.value);
  return typeof float === "number" ? ofFloat(float) : ofText(value.value);
};

/** `undefined`: a list or a map. */
export const scalarOf = (value: Value): Text | undefined => {
  if (value instanceof GoTime) return plain(marshalled(value) ?? "");
  const own = marshalled(value);
  if (own !== undefined) return ofText(own);
  if (value === undefined || (value instanceof Pointer && isNil(value))) return plain("null");
  if (value instanceof Scalar) return ofScalar(value);
  if (value instanceof TemplateFunction || isChannel(value))
    return unrunnable(`yaml: cannot marshal type: ${typeName(value)}`);
  if (typeof value === "string") return ofText(value);
  if (typeof value === "number") return ofFloat(value);
  return typeof value === "object" ? undefined : plain(String(value));
};
