import { isListing } from "../policy/index.ts";
import { type AnswerForm, formsOf, headersOf, isSchema } from "./answers.ts";
import type { AnyOp, AnyPath, Backend, Operation } from "./backend.ts";
import { capturesOf } from "./captures.ts";
import { type FieldInfo, fieldsOfOp, fieldsOfPath, isJsonSchema, type JsonSchema, jsonSchema } from "./schema.ts";
import { parseTemplate } from "./template.ts";

/** The API reference in Markdown, one page per backend, from its path table. */

export interface ReferencePage {
  /** `secret-kv.md`, `auth-approle.md`. */
  readonly file: string;
  readonly text: string;
}

const METHODS: Readonly<Record<Operation, string>> = {
  read: "GET",
  list: "LIST",
  scan: "SCAN",
  create: "POST",
  update: "POST",
  patch: "PATCH",
  delete: "DELETE",
};

const cell = (text: string): string => text.replaceAll("|", "\\|").replace(/\s+/g, " ").trim();

const where = (backend: Backend, path: AnyPath): string => {
  const mount = backend.kind === "auth" ? "/v1/auth/:mount" : "/v1/:mount";
  const below = parseTemplate(path.template).map((part) => (part.type === "static" ? part.text : `:${part.name}`));
  return [mount, ...below].join("/");
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");

const fieldTable = (fields: readonly FieldInfo[]): string =>
  table(
    ["field", "type", "meaning"],
    fields.map(({ name, type, description }) => [`\`${name}\``, type, description]),
  );

const typeText = (schema: JsonSchema): string => {
  const { type, anyOf, items, additionalProperties } = schema;
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(typeText))].join(" or ");
  if (type === "array" && isJsonSchema(items)) return `list of ${typeText(items)}`;
  if (type === "object" && isJsonSchema(additionalProperties)) return `map of ${typeText(additionalProperties)}`;
  return typeof type === "string" ? type : Array.isArray(type) ? type.join(" or ") : "any";
};

/** What the fields of a path mean, by name: a read answers what a write took. */
type Meanings = ReadonlyMap<string, string>;

/** The members of an answer; of one that is a map, those of its values. */
const answerTable = (schema: JsonSchema, meanings: Meanings): string => {
  const { properties, required, additionalProperties, anyOf } = schema;
  if (Array.isArray(anyOf)) return anyOf.map((one) => answerTable(one, meanings)).join("\n\nor\n\n");
  if (isJsonSchema(properties)) {
    const always = new Set(Array.isArray(required) ? required : []);
    const rows = Object.entries(properties).map(([name, member]) => {
      const text = isJsonSchema(member) ? typeText(member) : "any";
      const description = isJsonSchema(member) ? member["description"] : "";
      const meaning = typeof description === "string" ? description : (meanings.get(name) ?? "");
      return [`\`${name}\``, always.has(name) ? text : `${text}, may be absent`, meaning];
    });
    if (rows.length === 0) return "an empty object";
    const told = rows.some(([, , meaning]) => meaning !== "");
    return told
      ? table(["field", "type", "meaning"], rows)
      : table(
          ["field", "type"],
          rows.map((row) => row.slice(0, 2)),
        );
  }
  if (isJsonSchema(additionalProperties) && isJsonSchema(additionalProperties["properties"])) {
    return `by name, each:\n\n${answerTable(additionalProperties, meanings)}`;
  }
  return typeText(schema);
};

const formText = (form: AnswerForm, meanings: Meanings): string => {
  if (isSchema(form)) return `Answers \`data\`:\n\n${answerTable(jsonSchema(form, "output"), meanings)}`;
  if (form === "nothing") return "Answers nothing.";
  if (form === "login") return "Answers a token, its `auth` block.";
  if (form === "lease") return "Answers the lease: `lease_id`, `lease_duration` and `renewable`.";
  const headers = headersOf(form).map((name) => `\`${name}\``);
  const set = headers.length > 0 ? ` May set ${headers.join(", ")}.` : "";
  if ("raw" in form) return `Answers \`${form.raw}\`, unchanged.${set}`;
  return `Answers a body outside the envelope${set === "" ? ":" : `.${set}`}\n\n${answerTable(jsonSchema(form.bare, "output"), meanings)}`;
};

const ACCESS = { unauthenticated: "no token needed", sudo: "needs `sudo`" };

const operation = (backend: Backend, path: AnyPath, name: Operation, op: AnyOp): string => {
  const asks = name === "read" || isListing(name) || name === "delete";
  const input = fieldsOfOp(op).filter((field) => !Object.hasOwn(path.params, field.name));
  const meanings = new Map(fieldsOfPath(path).map((field) => [field.name, field.description]));
  const access = op.access === undefined ? "" : ` (${ACCESS[op.access]})`;
  return [
    `**${name}**${access}: ${op.summary}`,
    `\`\`\`\n${METHODS[name]} ${where(backend, path)}\n\`\`\``,
    ...(input.length > 0 ? [`${asks ? "Query" : "Body"}:`, fieldTable(input)] : []),
    formsOf(op.answers)
      .map((form) => formText(form, meanings))
      .join("\n\nOr:\n\n"),
  ].join("\n\n");
};

const section = (backend: Backend, path: AnyPath): string => {
  const captures = capturesOf(path);
  const ops = Object.entries(path.ops) as [Operation, AnyOp | undefined][];
  return [
    `## \`${where(backend, path)}\``,
    path.summary,
    ...(captures.length > 0
      ? [
          table(
            ["in the path", "meaning"],
            captures.map(([n, d]) => [`\`:${n}\``, d]),
          ),
        ]
      : []),
    ...ops.flatMap(([name, op]) => (op === undefined ? [] : [operation(backend, path, name, op)])),
  ].join("\n\n");
};

/** One page per backend, in the order given, and an index of them. */
export const referencePages = (backends: readonly Backend[]): readonly ReferencePage[] => {
  const pages = backends.map((backend) => ({
    file: `${backend.kind}-${backend.type}.md`,
    text: `${[
      `# ${backend.type}`,
      "<!-- generated from the path table: do not edit -->",
      backend.help.trim(),
      ...backend.paths.map((path) => section(backend, path)),
    ].join("\n\n")}\n`,
  }));
  const links = backends.map((backend) => {
    const first = backend.help.trim().split("\n", 1)[0] ?? "";
    return `- [${backend.type}](${backend.kind}-${backend.type}.md) (${backend.kind}): ${first}`;
  });
  const index = `# API reference\n\n<!-- generated from the path tables: do not edit -->\n\n${links.join("\n")}\n`;
  return [{ file: "README.md", text: index }, ...pages];
};
