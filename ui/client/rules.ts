import { patternKind } from "../../src/policy/pattern.ts";
import type { ApiRequest } from "../protocol.ts";
import { bySpecificity, patternMatches, spellingsOf } from "./rights.ts";
import type { Capability, Rule } from "./session.ts";

/** What the caller's own rules have to do with a path they were refused at, and the stanza that would help. */

/** How a request is judged; a write is `create` or `update`, by what is there already. */
export type Operation = Exclude<Capability, "sudo">;

const BY_METHOD = { POST: "update", PUT: "update", PATCH: "patch", DELETE: "delete" } as const;

export const operationOf = ({ method, query }: Pick<ApiRequest, "method" | "query">): Operation => {
  if (method !== "GET") return BY_METHOD[method];
  if (query?.["scan"] === "true") return "scan";
  return query?.["list"] === "true" ? "list" : "read";
};

/** Segments that the pattern and the path have in common from the left. */
const common = (pattern: string, path: string): number => {
  const given = path.split("/");
  let count = 0;
  for (const part of pattern.split("/")) {
    const segment = given[count];
    if (segment === undefined || segment === "" || (part !== "+" && part !== segment)) break;
    count++;
  }
  return count;
};

/**
 * The caller's own rules that come closest: those that match, the deciding one first, then those that begin as the path
 * does. At most `limit`.
 */
export const nearestRules = (rules: readonly Rule[], path: string, list: boolean, limit = 3): readonly Rule[] => {
  const spellings = spellingsOf(path, list);
  const [first = ""] = spellings;
  const ordered = bySpecificity(rules);
  const isExact = ({ pattern }: Rule): boolean => patternKind(pattern) === "exact";
  const matching = ordered.filter(({ pattern }) => spellings.some((spelling) => patternMatches(pattern, spelling)));
  const near = ordered
    .filter((rule) => !matching.includes(rule))
    .map((rule) => ({ rule, shared: common(rule.pattern, first) }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared)
    .map(({ rule }) => rule);
  const decidingFirst = [...matching.filter(isExact), ...matching.filter((rule) => !isExact(rule))];
  return [...decidingFirst, ...near].slice(0, limit);
};

/** What HCL and policies read as something else than text. */
const SPECIAL = ["${", "{{", "}}"];

/** `undefined` where no rule can name exactly this path: a star at its end, a `+` segment, a template's braces. */
export const stanzaFor = (path: string, operation: Operation): string | undefined => {
  const [judged = ""] = spellingsOf(path, operation === "list");
  const literal = judged !== "" && patternKind(judged) === "exact" && !SPECIAL.some((mark) => judged.includes(mark));
  if (!literal) return undefined;
  const quoted = JSON.stringify(judged).replace(/\u007f/g, "\\u007f");
  return `path ${quoted} {\n  capabilities = ["${operation}"]\n}\n`;
};
