import { answersInWords } from "./answers.ts";
import type { AnyPath, Backend } from "./backend.ts";
import { openApiPaths } from "./openapi.ts";
import type { RouteMatch } from "./route.ts";
import { fieldsOfPath } from "./schema.ts";
import { parseTemplate } from "./template.ts";

/** What `?help=1` and `vault path-help` show, in the look of Vault's own help. */

export interface Help {
  readonly help: string;
  readonly see_also: null;
  readonly openapi: object;
}

const indent = (columns: number, text: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? "" : `${" ".repeat(columns)}${line}`))
    .join("\n");

const GENERIC = String.raw`\w(([\w-.]+)?\w)?`;
const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const PATTERNS = { generic: GENERIC, at: String.raw`\w(([\w-.@]+)?\w)?`, any: "[^/]+", uuid: UUID };

const escapeText = (text: string): string => text.replace(/[.+*?^${}()|[\]\\]/g, (sign) => `\\${sign}`);

/** A template as the anchored pattern that Vault's help shows. */
export const routePattern = (path: AnyPath): string => {
  const parts = parseTemplate(path.template).map((part) => {
    if (part.type === "static") return escapeText(part.text);
    return part.type === "rest" ? `(?P<${part.name}>.+)` : `(?P<${part.name}>${PATTERNS[part.kind]})`;
  });
  const slash = (path.ops.list ?? path.ops.scan) && parts.length > 0 ? "/?" : "";
  return `^${parts.join("/")}${slash}$`;
};

const sentence = (text: string): string => {
  const trimmed = text.trim();
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
};

const operations = (path: AnyPath): string =>
  Object.entries(path.ops)
    .map(([name, op]) => {
      const rights =
        op?.access === "sudo" ? " (needs sudo)" : op?.access === "unauthenticated" ? " (needs no token)" : "";
      const answers = op === undefined ? "" : ` Answers ${answersInWords(op.answers)}.`;
      return indent(4, `${name}${rights}\n${indent(4, `${sentence(op?.summary ?? "")}${answers}`)}`);
    })
    .join("\n\n");

const pathHelp = (path: AnyPath, request: string): string => {
  const fields = fieldsOfPath(path).map(
    ({ name, type, description }) => `${indent(4, `${name} (${type})`)}\n\n${indent(8, description)}\n`,
  );
  return [
    `Request:        ${request}\nMatching Route: ${routePattern(path)}`,
    sentence(path.summary),
    ...(fields.length > 0 ? [`## PARAMETERS\n\n${fields.join("\n")}`] : []),
    `## DESCRIPTION\n\n${operations(path)}`,
  ]
    .map((part) => part.trimEnd())
    .join("\n\n")
    .concat("\n");
};

const INTRODUCTION = `The following paths are supported by this backend. To view help for
any of the paths below, use the help command with any route matching
the path pattern. Note that depending on the policy of your auth token,
you may or may not be able to access certain paths.`;

const rootHelp = (backend: Backend): string => {
  const paths = [...backend.paths]
    .map((path) => `${indent(4, routePattern(path))}\n${indent(8, sentence(path.summary))}\n`)
    .join("\n");
  return `## DESCRIPTION\n\n${backend.help.trim()}\n\n## PATHS\n\n${INTRODUCTION}\n\n${paths}`;
};

/** The request in words that need no value: the template with its captures filled in. */
const requestText = (match: RouteMatch): string =>
  parseTemplate(match.path.template)
    .map((part) => (part.type === "static" ? part.text : (match.params[part.name] ?? "")))
    .join("/");

/**
 * Help for one path, or for the whole backend where the mount's root was asked.
 * Shape: `{"help":"…","see_also":null,"openapi":{…}}`. Source: Vault documentation, "path-help".
 */
export const helpFor = (backend: Backend, match: RouteMatch | undefined): Help => {
  const one = match !== undefined && match.path.template !== "";
  return {
    help: one ? pathHelp(match.path, requestText(match)) : rootHelp(backend),
    see_also: null,
    openapi: {
      openapi: "3.0.2",
      info: { title: backend.type, description: backend.help.trim().split("\n", 1)[0] ?? "", version: "" },
      paths: openApiPaths("", one ? { ...backend, paths: [match.path] } : backend),
    },
  };
};
