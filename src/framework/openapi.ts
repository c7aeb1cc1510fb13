import { isListing } from "../policy/index.ts";
import { defined } from "../std/defined.ts";
import { type AnswerForm, AuthBlock, formsOf, headersOf, isSchema } from "./answers.ts";
import type { AnyOp, AnyPath, Backend, Operation } from "./backend.ts";
import { capturesOf } from "./captures.ts";
import { type JsonSchema, jsonSchema } from "./schema.ts";
import { parseTemplate } from "./template.ts";

/**
 * The OpenAPI document of mounted backends, from their path tables. Documents nothing that is not in a table; holds no
 * value of any entry.
 */

export interface OpenApiMount {
  /** Where it answers: `secret/`, `auth/aws/`. */
  readonly path: string;
  readonly backend: Backend;
}

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required?: true;
  readonly description?: string;
  readonly schema: object;
}

const parts = (path: AnyPath): string =>
  parseTemplate(path.template)
    .map((part) => (part.type === "static" ? part.text : `{${part.name}}`))
    .join("/");

const words = (text: string): string[] =>
  text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());

const pathParameters = (path: AnyPath): Parameter[] =>
  capturesOf(path).map(([name, description]) => ({
    name,
    in: "path",
    required: true,
    description,
    schema: { type: "string" },
  }));

const properties = (op: AnyOp): Readonly<Record<string, object>> => {
  const found = op.input === undefined ? undefined : jsonSchema(op.input, "input")["properties"];
  return typeof found === "object" && found !== null ? (found as Readonly<Record<string, object>>) : {};
};

const queryParameters = (op: AnyOp, captured: ReadonlySet<string>): Parameter[] =>
  Object.entries(properties(op))
    .filter(([name]) => !captured.has(name))
    .map(([name, { description, ...schema }]: [string, { description?: string }]) =>
      defined({ name, in: "query" as const, description, schema }),
    );

const flag = (name: "list" | "scan", other: "list" | "scan" | undefined): Parameter => ({
  name,
  in: "query",
  ...(other === undefined && { required: true }),
  description: `Must be set to \`true\`${other === undefined ? "" : `, or else \`${other}\``}`,
  schema: { type: "string", enum: ["true"] },
});

/** A GET with a slash at its end is one of a list and of a scan: the query says which. */
const listingParameters = ({ list, scan }: AnyPath["ops"]): Parameter[] => [
  ...(list ? [flag("list", scan && "scan")] : []),
  ...(scan ? [flag("scan", list && "list")] : []),
];

const METHOD: Readonly<Record<Operation, string>> = {
  read: "get",
  list: "get",
  scan: "get",
  create: "post",
  update: "post",
  patch: "patch",
  delete: "delete",
};

const body = (op: AnyOp, operation: Operation): object | undefined => {
  if (op.input === undefined) return undefined;
  const type = operation === "patch" ? "application/merge-patch+json" : "application/json";
  return { content: { [type]: { schema: jsonSchema(op.input, "input") } } };
};

const member = (name: string, schema: JsonSchema): JsonSchema => ({ type: "object", properties: { [name]: schema } });

const LEASE: JsonSchema = {
  type: "object",
  properties: {
    lease_id: { type: "string" },
    lease_duration: { type: "integer", description: "seconds" },
    renewable: { type: "boolean" },
  },
};

const JSON_TYPE = "application/json";

/** What a form looks like on the wire: content type and schema; nothing if there is no body. */
const content = (form: AnswerForm): readonly [string, JsonSchema] | undefined => {
  if (isSchema(form)) return [JSON_TYPE, member("data", jsonSchema(form, "output"))];
  if (form === "nothing") return undefined;
  if (form === "login") return [JSON_TYPE, member("auth", jsonSchema(AuthBlock, "output"))];
  if (form === "lease") return [JSON_TYPE, LEASE];
  return "bare" in form ? [JSON_TYPE, jsonSchema(form.bare, "output")] : [form.raw, { type: "string" }];
};

const responses = (op: AnyOp, operation: Operation): object => {
  const forms = formsOf(op.answers);
  const byType = new Map<string, JsonSchema[]>();
  for (const form of forms) {
    const [type, schema] = content(form) ?? [];
    if (type !== undefined && schema !== undefined) byType.set(type, [...(byType.get(type) ?? []), schema]);
  }
  const shown = [...byType].map(
    ([type, all]) => [type, { schema: all.length === 1 ? all[0] : { anyOf: all } }] as const,
  );
  const asks = operation === "read" || isListing(operation);
  const nothing = forms.includes("nothing");
  const set = [...new Set(forms.flatMap(headersOf))].map((name) => [name, { schema: { type: "string" } }] as const);
  const headers = set.length > 0 ? Object.fromEntries(set) : undefined;
  return defined({
    "200": shown.length > 0 ? defined({ description: "OK", headers, content: Object.fromEntries(shown) }) : undefined,
    "204": nothing && !asks ? { description: "empty body" } : undefined,
    "404": nothing && asks ? { description: "nothing there" } : undefined,
  });
};

const operationItem = (prefix: string, backend: Backend, path: AnyPath, operation: Operation, op: AnyOp): object => {
  const captured = new Set(Object.keys(path.params));
  const asks = operation === "read" || isListing(operation) || operation === "delete";
  const parameters = [
    ...(isListing(operation) ? listingParameters(path.ops) : []),
    ...(asks ? queryParameters(op, captured) : []),
  ];
  return defined({
    summary: op.summary,
    operationId: [...words(prefix || backend.type), operation, ...words(path.template)].join("-"),
    tags: [backend.kind === "auth" ? "auth" : prefix.startsWith("sys/") ? "system" : "secrets"],
    parameters: parameters.length > 0 ? parameters : undefined,
    requestBody: asks ? undefined : body(op, operation),
    responses: responses(op, operation),
  });
};

/** A path's own members; its operations are added later. `op` is the first operation of the path. */
const pathItem = (path: AnyPath, op: AnyOp): Record<string, unknown> => {
  const parameters = pathParameters(path);
  const listOnly = Object.keys(path.ops).every(isListing);
  return defined({
    description: path.summary,
    parameters: parameters.length > 0 ? parameters : undefined,
    "x-vault-unauthenticated": op.access === "unauthenticated" || undefined,
    "x-vault-sudo": op.access === "sudo" || undefined,
    "x-vault-createSupported": (path.exists !== undefined && !listOnly) || undefined,
  });
};

/** The operations to show: create is left out where the path also has update, scan where it has list. */
const shownOperations = ({ ops }: AnyPath): readonly (readonly [Operation, AnyOp])[] =>
  (Object.entries(ops) as [Operation, AnyOp | undefined][]).flatMap(([name, op]) =>
    op === undefined || (name === "create" && ops.update) || (name === "scan" && ops.list) ? [] : [[name, op]],
  );

/** The `paths` of one backend. A list appears as GET on the path with a trailing slash, as in Vault's document. */
export const openApiPaths = (prefix: string, backend: Backend): Readonly<Record<string, object>> => {
  const document: Record<string, Record<string, unknown>> = {};
  for (const path of backend.paths as readonly AnyPath[]) {
    const plain = `/${prefix}${parts(path)}`;
    for (const [name, op] of shownOperations(path)) {
      const where = isListing(name) && !plain.endsWith("/") ? `${plain}/` : plain;
      const item = document[where] ?? pathItem(path, op);
      item[METHOD[name]] = operationItem(prefix, backend, path, name, op);
      document[where] = item;
    }
  }
  return document;
};

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Record<string, object>>;
  readonly components: Readonly<Record<string, unknown>>;
}

/**
 * An OpenAPI 3 document of what is mounted. `info.version` is the version Vault's clients see.
 * Source: Vault documentation, "/sys/internal/specs/openapi".
 */
export const openApiDocument = (mounts: readonly OpenApiMount[], version: string): OpenApiDocument => ({
  openapi: "3.0.2",
  info: {
    title: "Zeroth",
    description: "Secrets management over HashiCorp Vault's HTTP API. All API routes are prefixed with `/v1/`.",
    version,
    license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
  },
  paths: Object.assign({}, ...mounts.map(({ path, backend }) => openApiPaths(path, backend))),
  components: {},
});
