import type { z } from "zod";
import type { JsonObject, JsonValue } from "../std/json.ts";
import { cut, shown, shownList } from "../std/shown.ts";
import type { AnyOp, AnyPath, Operation } from "./backend.ts";
import { invalidRequest } from "./errors.ts";

/**
 * Turns the data of a request into the input of an operation, as Vault's framework does: known fields are coerced,
 * unknown ones are named in a warning and dropped, and what the path captured wins over what the body says.
 */

export interface ParsedInput {
  readonly input: unknown;
  /** To be added to the answer after the handler's own, if the answer has a body. */
  readonly warnings: readonly string[];
}

/** By its own word, so that the library need not be loaded before a backend brings it. */
const is = <T extends z.ZodType>(schema: z.ZodType, type: T["def"]["type"]): schema is T => schema.def.type === type;

/** The fields of an input schema; `undefined` where everything is allowed (`field.anyBody`). */
export const shapeOf = (schema: z.ZodType | undefined): Readonly<Record<string, z.ZodType>> | undefined => {
  if (schema === undefined) return {};
  if (is<z.ZodObject>(schema, "object")) {
    const open = schema.def.catchall !== undefined && schema.def.catchall._zod.def.type !== "never";
    return open ? undefined : (schema.shape as Readonly<Record<string, z.ZodType>>);
  }
  if (is<z.ZodPipe>(schema, "pipe")) return shapeOf(schema.in as z.ZodType);
  if (
    is<z.ZodOptional>(schema, "optional") ||
    is<z.ZodDefault>(schema, "default") ||
    is<z.ZodPrefault>(schema, "prefault")
  ) {
    return shapeOf(schema.unwrap() as z.ZodType);
  }
  return undefined;
};

const knownFields = new WeakMap<AnyPath, ReadonlySet<string>>();

/** Every field any operation of the path knows: Vault's fields belong to the path, not to the operation. */
const fieldsOf = (path: AnyPath): ReadonlySet<string> => {
  const cached = knownFields.get(path);
  if (cached) return cached;
  const names = new Set(Object.keys(path.params));
  for (const definition of Object.values(path.ops)) {
    for (const name of Object.keys(shapeOf(definition?.input) ?? {})) names.add(name);
  }
  knownFields.set(path, names);
  return names;
};

const explain = (error: z.ZodError, bare: boolean): string => {
  const issue = error.issues[0];
  const [name, ...deeper] = issue?.path ?? [];
  // A rule over the whole input speaks for itself.
  if (issue === undefined || name === undefined) return issue?.message ?? "invalid input";
  const where = deeper.length === 0 ? "" : `'${cut(deeper.map(String).join("."))}' `;
  const text = `error converting input for field ${shown(String(name))}: ${where}${issue.message}`;
  return bare ? text : `Field validation failed: ${text}`;
};

const listed = (names: readonly string[]): string => shownList([...names].sort());

type InputShape = Readonly<Record<string, z.ZodType>>;

/** Names the fields that are dropped and those the path overrides. `shape` is that of `shapeOf`. */
const warningsFor = (
  path: AnyPath,
  shape: InputShape | undefined,
  params: Readonly<Record<string, string>>,
  data: JsonObject,
): readonly string[] => {
  const known = fieldsOf(path);
  const ignored = shape === undefined ? [] : Object.keys(data).filter((name) => !known.has(name));
  const replaced = Object.keys(params).filter((name) => Object.hasOwn(data, name) && data[name] !== null);
  const warnings: string[] = [];
  if (ignored.length > 0) warnings.push(`Endpoint ignored these unrecognized parameters: ${listed(ignored)}`);
  if (replaced.length > 0) {
    warnings.push(
      `Endpoint replaced the value of these parameters with the values captured from the endpoint's path: ${listed(replaced)}`,
    );
  }
  return warnings;
};

/** The fields of a shape, from the path where it captured them, else from the data. */
const fieldsFrom = (
  shape: InputShape,
  params: Readonly<Record<string, string>>,
  data: JsonObject,
): Readonly<Record<string, JsonValue>> => {
  const taken: [string, JsonValue][] = [];
  for (const name of Object.keys(shape)) {
    const source = Object.hasOwn(params, name) ? params : data;
    const value = Object.hasOwn(source, name) ? source[name] : undefined;
    if (value !== undefined) taken.push([name, value]);
  }
  return Object.fromEntries(taken);
};

/**
 * Coerces `data` (body of a write, query of anything else) for one operation of a path.
 *
 * Throws `invalid_request` with Vault's text for the first field that cannot be coerced; on create and update of a
 * path that has an existence check the text lacks its prefix, because Vault finds the fault there before it asks
 * whether the entry exists. Field names are case-sensitive.
 * Source: Vault `sdk/framework/backend.go`, `HandleRequest` and `HandleExistenceCheck`.
 */
export const parseInput = (
  path: AnyPath,
  operation: Operation,
  op: AnyOp,
  params: Readonly<Record<string, string>>,
  data: JsonObject,
): ParsedInput => {
  const shape = op.input === undefined ? {} : shapeOf(op.input);
  const warnings = warningsFor(path, shape, params, data);
  if (op.input === undefined) return { input: {}, warnings };
  const given = shape === undefined ? data : fieldsFrom(shape, params, data);
  const parsed = op.input.safeParse(given);
  if (parsed.success) return { input: parsed.data, warnings };
  const bare = path.exists !== undefined && (operation === "create" || operation === "update");
  throw invalidRequest(explain(parsed.error, bare));
};
