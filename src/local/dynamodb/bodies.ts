import type { Item } from "dynalite/db/index.js";
import { invalid, unreadable } from "./errors.ts";

/** Readers for request bodies: each narrows one member of what a caller sent, or refuses as the service does. */

export type Body = Readonly<Record<string, unknown>>;

export const isBody = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The request body as an object. Throws `SerializationException`. */
export const readBody = (bytes: Uint8Array): Body => {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch {
    throw unreadable();
  }
  if (!isBody(value)) throw unreadable();
  return value;
};

/** `Value null at 'x' failed to satisfy constraint: …`, the service's words for a rule its model states. */
export const constraint = (value: string, where: string, rule: string): Error =>
  invalid(`1 validation error detected: Value ${value} at '${where}' failed to satisfy constraint: ${rule}`);

export const structure = (body: Body, name: string, where: string = name): Body => {
  const value = body[name];
  if (value === undefined || value === null) throw constraint("null", lower(where), "Member must not be null");
  if (!isBody(value)) throw unreadable();
  return value;
};

export const optionalStructure = (body: Body, name: string): Body | undefined =>
  body[name] === undefined || body[name] === null ? undefined : structure(body, name);

export const list = (body: Body, name: string): readonly unknown[] => {
  const value = body[name];
  if (value === undefined || value === null) throw constraint("null", lower(name), "Member must not be null");
  if (!Array.isArray(value)) throw unreadable();
  return value;
};

export const text = (body: Body, name: string, where: string = name): string => {
  const value = optionalText(body, name);
  if (value === undefined) throw constraint("null", lower(where), "Member must not be null");
  return value;
};

export const optionalText = (body: Body, name: string): string | undefined => {
  const value = body[name];
  if (value === undefined || value === null) return;
  if (typeof value !== "string") throw unreadable();
  return value;
};

export const optionalFlag = (body: Body, name: string): boolean | undefined => {
  const value = body[name];
  if (value === undefined || value === null) return;
  if (typeof value !== "boolean") throw unreadable();
  return value;
};

/** One of a closed set of texts, or the default. */
export const choice = <const T extends string>(body: Body, name: string, values: readonly T[], otherwise: T): T => {
  const value = optionalText(body, name);
  if (value === undefined) return otherwise;
  const known = values.find((one) => one === value);
  if (known === undefined)
    throw constraint(`'${value}'`, lower(name), `Member must satisfy enum value set: [${values.join(", ")}]`);
  return known;
};

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** An item or key that dynalite's validation has passed. */
export const validatedItem = (data: Body, name: "Item" | "Key"): Item => {
  // `check` has verified the shape down to each typed value.
  return structure(data, name) as Item;
};
