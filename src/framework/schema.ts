import { z } from "zod";
import type { AnyOp, AnyPath } from "./backend.ts";
import { capturesOf } from "./captures.ts";
import { shapeOf } from "./parse.ts";

/** The path table in the words of documents: fields with their types, taken from the zod schemas. */

export interface JsonSchema {
  readonly [key: string]: unknown;
}

export const isJsonSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export interface FieldInfo {
  readonly name: string;
  /** As Vault's help calls it: `string`, `bool`, `int`, `duration (sec)`, `slice`, `map`. */
  readonly type: string;
  readonly description: string;
}

/** A zod schema as JSON Schema; parts that no schema can express are left open. */
export const jsonSchema = (schema: z.ZodType, io: "input" | "output"): JsonSchema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
};

const TYPES: Readonly<Record<string, string>> = {
  boolean: "bool",
  integer: "int",
  number: "float",
  array: "slice",
  object: "map",
  string: "string",
};

const fieldType = (schema: JsonSchema): string => {
  if (schema["format"] === "duration") return "duration (sec)";
  const type = schema["type"];
  return typeof type === "string" ? (TYPES[type] ?? type) : "any";
};

/** The input fields of one operation, by name. */
export const fieldsOfOp = (op: AnyOp): readonly FieldInfo[] =>
  Object.entries(shapeOf(op.input) ?? {}).map(([name, field]) => {
    const schema = jsonSchema(field, "input");
    const description = schema["description"];
    return { name, type: fieldType(schema), description: typeof description === "string" ? description : "" };
  });

/** The fields of a path, captures included, each once, sorted. */
export const fieldsOfPath = (path: AnyPath): readonly FieldInfo[] => {
  const fields = new Map<string, FieldInfo>();
  for (const op of Object.values(path.ops)) {
    for (const field of op === undefined ? [] : fieldsOfOp(op)) fields.set(field.name, field);
  }
  for (const [name, description] of capturesOf(path)) {
    fields.set(name, { name, type: "string", description });
  }
  return [...fields.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};
