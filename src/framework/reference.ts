import type { Backend, Op, Operation, Path } from "./backend.ts";
import { parseTemplate } from "./route.ts";
import { type FieldInfo, fieldsOfOp, jsonSchema } from "./schema.ts";

/** The API reference in Markdown, one page per backend, from its path table. */

// biome-ignore lint/suspicious/noExplicitAny: erased as in the path table
type AnyPath = Path<any>;
// biome-ignore lint/suspicious/noExplicitAny: erased as in the path table
type AnyOp = Op<any, any, any>;

export interface ReferencePage {
  /** `secret-kv.md`, `auth-approle.md`. */
  readonly file: string;
  readonly text: string;
}

const METHODS: Readonly<Record<Operation, string>> = {
  read: "GET",
  list: "LIST",
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

const outputFields = (op: AnyOp): readonly FieldInfo[] => {
  const found = op.output === undefined ? undefined : jsonSchema(op.output, "output")["properties"];
  if (typeof found !== "object" || found === null) return [];
  return Object.entries(found as Readonly<Record<string, { type?: unknown; description?: unknown }>>).map(
    ([name, { type, description }]) => ({
      name,
      type: typeof type === "string" ? type : Array.isArray(type) ? type.join(" or ") : "any",
      description: typeof description === "string" ? description : "",
    }),
  );
};

const ACCESS = { unauthenticated: "no token needed", sudo: "needs `sudo`" };

const operation = (backend: Backend, path: AnyPath, name: Operation, op: AnyOp): string => {
  const asks = name === "read" || name === "list" || name === "delete";
  const input = fieldsOfOp(op).filter((field) => !Object.hasOwn(path.params, field.name));
  const output = outputFields(op);
  const access = op.access === undefined ? "" : ` (${ACCESS[op.access]})`;
  return [
    `**${name}**${access}: ${op.summary}`,
    `\`\`\`\n${METHODS[name]} ${where(backend, path)}\n\`\`\``,
    ...(input.length > 0 ? [`${asks ? "Query" : "Body"}:`, fieldTable(input)] : []),
    ...(output.length > 0 ? ["Answer:", fieldTable(output)] : []),
  ].join("\n\n");
};

const section = (backend: Backend, path: AnyPath): string => {
  const captures = Object.entries<string>(path.params);
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
