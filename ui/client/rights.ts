import { compareSpecificity, patternKind, specificityOf } from "../../src/policy/pattern.ts";
import type { Capability, Rule } from "./session.ts";

/**
 * What the caller's own rules say about a path, without asking: for showing and hiding. The server decides.
 * One rule speaks for a path, as in `src/policy/select.ts`: an exact one, else the most specific one with a wildcard.
 */

export interface Rights {
  may(path: string, capability: Capability): boolean;
  /** The rule that speaks for the path; `list` judges it with and without its final slash, as the server does. */
  ruleAt(path: string, list?: boolean): Rule | undefined;
}

const segmentsMatch = (pattern: string, path: string): boolean => {
  const starred = pattern.endsWith("*");
  const parts = (starred ? pattern.slice(0, -1) : pattern).split("/");
  const given = path.split("/");
  if (starred ? given.length < parts.length : given.length !== parts.length) return false;
  const last = parts.length - 1;
  return parts.every((part, index) => {
    const segment = given[index] ?? "";
    if (starred && index === last) return segment.startsWith(part);
    return part === "+" || part === segment;
  });
};

export const patternMatches = (pattern: string, path: string): boolean => {
  const kind = patternKind(pattern);
  if (kind === "exact") return pattern === path;
  return kind === "prefix" ? path.startsWith(pattern.slice(0, -1)) : segmentsMatch(pattern, path);
};

/** A path as rules see it, and for a list its other spelling. */
export const spellingsOf = (path: string, list: boolean): readonly string[] => {
  const plain = path.replace(/^\/+/, "");
  if (!list || plain === "") return [plain];
  return plain.endsWith("/") ? [plain, plain.slice(0, -1)] : [`${plain}/`, plain];
};

/** The most specific first. */
export const bySpecificity = (rules: readonly Rule[]): Rule[] =>
  rules
    .map((rule) => ({ rule, specificity: specificityOf(rule.pattern) }))
    .sort((a, b) => compareSpecificity(b.specificity, a.specificity))
    .map(({ rule }) => rule);

/** `root` may everything, and has no rules. */
export const rightsOf = (rules: readonly Rule[], root: boolean): Rights => {
  const exact = new Map<string, Rule>();
  const wild: Rule[] = [];
  for (const rule of rules) {
    if (patternKind(rule.pattern) === "exact") exact.set(rule.pattern, rule);
    else wild.push(rule);
  }
  const ordered = bySpecificity(wild);
  const ruleAt = (path: string, list = false): Rule | undefined => {
    const spellings = spellingsOf(path, list);
    for (const spelling of spellings) {
      const rule = exact.get(spelling);
      if (rule) return rule;
    }
    return ordered.find(({ pattern }) => spellings.some((spelling) => patternMatches(pattern, spelling)));
  };
  const may = (path: string, capability: Capability): boolean =>
    root || (ruleAt(path, capability === "list" || capability === "scan")?.capabilities.includes(capability) ?? false);
  return { may, ruleAt };
};
