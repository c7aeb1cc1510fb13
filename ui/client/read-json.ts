import type { Json, JsonObject } from "./api.ts";

/** Members of an answer by their types; a member that is missing or of another type is empty, 0 or false. */

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object that a text is the JSON of. */
export const objectOf = (text: string): JsonObject | undefined => {
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const member = (from: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(from, name) ? from[name] : undefined;

export const textIn = (from: JsonObject, name: string): string => {
  const value = member(from, name);
  return typeof value === "string" ? value : "";
};

export const numberIn = (from: JsonObject, name: string): number => {
  const value = member(from, name);
  return typeof value === "number" ? value : 0;
};

export const trueIn = (from: JsonObject, name: string): boolean => member(from, name) === true;

export const objectIn = (from: JsonObject, name: string): JsonObject => {
  const value = member(from, name);
  return isObject(value) ? value : {};
};

const listIn = (from: JsonObject, name: string): readonly Json[] => {
  const value = member(from, name);
  return Array.isArray(value) ? value : [];
};

export const textsIn = (from: JsonObject, name: string): readonly string[] =>
  listIn(from, name).filter((one) => typeof one === "string");

export const objectsIn = (from: JsonObject, name: string): readonly JsonObject[] => listIn(from, name).filter(isObject);

/** Those members of a member that are objects, by their names. */
export const membersIn = (from: JsonObject, name: string): readonly (readonly [string, JsonObject])[] =>
  Object.entries(objectIn(from, name)).flatMap(([key, value]) => (isObject(value) ? [[key, value] as const] : []));

/** Milliseconds since 1970; `undefined`: no moment is told. */
export const momentIn = (from: JsonObject, name: string): number | undefined => {
  const at = Date.parse(textIn(from, name));
  return Number.isNaN(at) ? undefined : at;
};
