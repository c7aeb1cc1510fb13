/** Reads the members of a JSON protocol's input, complaining as the services do. Absent and null are the same. */
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../std/json.ts";
import { AwsError } from "./wire.ts";

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const serialization = (name: string, wanted: string): AwsError =>
  new AwsError("SerializationException", `The value of ${name} must be ${wanted}`);

/** A `ValidationException` in the words the JSON services use. */
export const invalid = (name: string, value: string, constraint: string): AwsError =>
  new AwsError(
    "ValidationException",
    `1 validation error detected: Value ${value} at '${lower(name)}' failed to satisfy constraint: ${constraint}`,
  );

const member = (input: JsonObject, name: string): JsonValue | undefined =>
  Object.hasOwn(input, name) ? (input[name] ?? undefined) : undefined;

export const optionalText = (input: JsonObject, name: string): string | undefined => {
  const value = member(input, name);
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw serialization(name, "a string");
  return value;
};

export const text = (input: JsonObject, name: string): string => {
  const value = optionalText(input, name);
  if (value === undefined) throw invalid(name, "null", "Member must not be null");
  return value;
};

/** A text that is one of a few. */
export const choice = <T extends string>(input: JsonObject, name: string, choices: readonly T[], usual: T): T => {
  const value = optionalText(input, name) ?? usual;
  const found = choices.find((one) => one === value);
  if (found === undefined) {
    throw invalid(name, `'${value}'`, `Member must satisfy enum value set: [${choices.join(", ")}]`);
  }
  return found;
};

export const optionalNumber = (input: JsonObject, name: string): number | undefined => {
  const value = member(input, name);
  if (value === undefined) return undefined;
  const number = value instanceof JsonNumber ? Number(value.toString()) : value;
  if (typeof number !== "number") throw serialization(name, "a number");
  return number;
};

/** A whole number between two bounds, both allowed. */
export const integer = (input: JsonObject, name: string, least: number, most: number): number | undefined => {
  const value = optionalNumber(input, name);
  if (value === undefined) return undefined;
  if (!Number.isInteger(value)) throw serialization(name, "an integer");
  if (value < least) throw invalid(name, `'${value}'`, `Member must have value greater than or equal to ${least}`);
  if (value > most) throw invalid(name, `'${value}'`, `Member must have value less than or equal to ${most}`);
  return value;
};

/** A blob: base64 in the JSON, bytes here, between `least` and `most` of them. */
export const bytes = (input: JsonObject, name: string, least: number, most: number): Buffer => {
  const encoded = text(input, name);
  const value = Buffer.from(encoded, "base64");
  if (value.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, "")) throw serialization(name, "base64");
  if (value.length < least) throw invalid(name, "*", `Member must have length greater than or equal to ${least}`);
  if (value.length > most) throw invalid(name, "*", `Member must have length less than or equal to ${most}`);
  return value;
};

export const list = (input: JsonObject, name: string): readonly JsonValue[] => {
  const value = member(input, name);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw serialization(name, "a list");
  return value;
};

export const objects = (input: JsonObject, name: string): readonly JsonObject[] =>
  list(input, name).map((one) => {
    if (!isJsonObject(one)) throw serialization(name, "a list of structures");
    return one;
  });

export const texts = (input: JsonObject, name: string): readonly string[] =>
  list(input, name).map((one) => {
    if (typeof one !== "string") throw serialization(name, "a list of strings");
    return one;
  });

/** A map of strings to strings. */
export const textMap = (input: JsonObject, name: string): Readonly<Record<string, string>> => {
  const value = member(input, name);
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw serialization(name, "a map");
  const pairs = Object.entries(value).map(([key, one]): [string, string] => {
    if (typeof one !== "string") throw serialization(name, "a map of strings");
    return [key, one];
  });
  return Object.fromEntries(pairs);
};

/** `[{Key, Value}]` (or KMS's `TagKey`, `TagValue`) as a record. */
export const tags = (input: JsonObject, name: string, prefix: "" | "Tag"): Record<string, string> =>
  Object.fromEntries(objects(input, name).map((one) => [text(one, `${prefix}Key`), text(one, `${prefix}Value`)]));
