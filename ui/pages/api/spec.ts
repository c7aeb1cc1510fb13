import type { Json, JsonObject } from "../../client/api.ts";
import { isObject, objectIn, objectsIn, textIn, trueIn } from "../../client/read-json.ts";
import type { Method } from "../../protocol.ts";

/** What the server's OpenAPI document says that one may ask, as forms: every path and method with its inputs. */

/** How an input is filled in. `any`: text, or JSON where it looks like it. */
export type Kind = "text" | "number" | "switch" | "duration" | "list" | "map" | "any";

export interface Input {
  readonly where: "path" | "query" | "body";
  readonly name: string;
  readonly kind: Kind;
  readonly description: string;
  /** Items of a list that are not declared as text may be numbers. */
  readonly numbers: boolean;
  /** Its name says that it is a secret. */
  readonly secret: boolean;
}

export type Action = "read" | "list" | "write" | "patch" | "delete";

export interface Endpoint {
  /** Below `/v1/`, captures in braces: `secret/data/{path}`. A list's ends in `/`. */
  readonly template: string;
  readonly action: Action;
  readonly method: Method;
  readonly summary: string;
  readonly sudo: boolean;
  readonly inputs: readonly Input[];
  /** Takes members that no table names: a secret's own. */
  readonly free: boolean;
}

const SECRET =
  /^(password|secret|token|jwt|otp|passcode|bindpass|code)$|(password|secret_?(id|key)?|_token|private_key|pem_bundle|credentials|key_material|plaintext)$/i;

export const kindOf = (schema: JsonObject): Kind => {
  const type = textIn(schema, "type");
  if (type === "string") return textIn(schema, "format") === "duration" ? "duration" : "text";
  const kinds: Readonly<Record<string, Kind>> = {
    boolean: "switch",
    integer: "number",
    number: "number",
    array: "list",
    object: "map",
  };
  return kinds[type] ?? "any";
};

const inputOf = (where: Input["where"], name: string, schema: JsonObject, description: string): Input => ({
  where,
  name,
  kind: kindOf(schema),
  description,
  numbers: kindOf(schema) === "list" && textIn(objectIn(schema, "items"), "type") !== "string",
  secret: where !== "path" && SECRET.test(name),
});

/** A parameter with one permitted value: the action says it already. */
const isFixed = (parameter: JsonObject): boolean => {
  const allowed: Json | undefined = objectIn(parameter, "schema")["enum"];
  return Array.isArray(allowed) && allowed.length === 1;
};

const parametersOf = (item: JsonObject, operation: JsonObject): readonly Input[] =>
  [...objectsIn(item, "parameters"), ...objectsIn(operation, "parameters")]
    .filter((parameter) => !isFixed(parameter))
    .map((parameter) =>
      inputOf(
        textIn(parameter, "in") === "path" ? "path" : "query",
        textIn(parameter, "name"),
        objectIn(parameter, "schema"),
        textIn(parameter, "description"),
      ),
    );

/** The schema of a body, whatever its content type. */
const bodyOf = (operation: JsonObject): JsonObject | undefined => {
  const [content] = Object.values(objectIn(objectIn(operation, "requestBody"), "content"));
  return isObject(content) ? objectIn(content, "schema") : undefined;
};

const fieldsOf = (body: JsonObject | undefined): readonly Input[] =>
  Object.entries(body ? objectIn(body, "properties") : {}).flatMap(([name, schema]) =>
    isObject(schema) ? [inputOf("body", name, schema, textIn(schema, "description"))] : [],
  );

const METHODS: readonly (readonly [member: string, method: Method, action: Action])[] = [
  ["get", "GET", "read"],
  ["post", "POST", "write"],
  ["patch", "PATCH", "patch"],
  ["delete", "DELETE", "delete"],
];

const isList = (operation: JsonObject): boolean =>
  objectsIn(operation, "parameters").some((parameter) => textIn(parameter, "name") === "list" && isFixed(parameter));

const endpointOf = (path: string, item: JsonObject, [member, method, action]: (typeof METHODS)[number]): Endpoint => {
  const operation = objectIn(item, member);
  const body = bodyOf(operation);
  const fields = fieldsOf(body);
  return {
    template: path.replace(/^\//, ""),
    action: isList(operation) ? "list" : action,
    method,
    summary: textIn(operation, "summary"),
    sudo: trueIn(item, "x-vault-sudo"),
    inputs: [...parametersOf(item, operation), ...fields],
    free: body !== undefined && (fields.length === 0 || isObject(body["additionalProperties"])),
  };
};

/** Paths that exist to refuse: nobody wants a form for them. */
const REFUSES = /^(refuse a method|answer that this is not) /;

export const endpointsOf = (document: JsonObject): readonly Endpoint[] =>
  Object.entries(objectIn(document, "paths"))
    .flatMap(([path, item]) =>
      isObject(item) ? METHODS.filter(([member]) => item[member]).map((each) => endpointOf(path, item, each)) : [],
    )
    .filter(({ summary }) => !REFUSES.test(summary))
    .sort((one, other) => (one.template < other.template ? -1 : 1));

/** Members that no table names, all in one field. */
export const FREE_INPUT: Input = {
  where: "body",
  name: "",
  kind: "map",
  description: "",
  numbers: false,
  secret: false,
};
