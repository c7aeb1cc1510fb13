import { FOLDS, type Fold, foldStart } from "../std/fold.ts";
import { type Acl, indexRules } from "./compile.ts";
import { patternKind, specificityOf } from "./pattern.ts";
import { mergeRules, type Rule } from "./rule.ts";

/**
 * Rules for a path in which a name folds: a rule that names `Admin` counts for `admin`, since both are one object.
 * Patterns are folded where the path folds, and rules that become one pattern are merged as always: a deny wins.
 */

/** Where in a path, mount included, a name folds. */
export interface Folding {
  /** Index of the segment, or of the first of them. */
  readonly segment: number;
  /** All segments from there on are the name. */
  readonly rest: boolean;
  readonly fold: Fold;
}

/** A pattern as it reads for a path that folds there. */
export const foldPattern = (pattern: string, { segment, rest, fold }: Folding): string => {
  const starred = pattern.endsWith("*");
  const segments = (starred ? pattern.slice(0, -1) : pattern).split("/");
  if (segments.length <= segment) return pattern;
  const end = rest ? segments.length : segment + 1;
  const text = segments.slice(segment, end).join("/");
  // The part before the star is the start of a name, not a whole one.
  const folded = starred && end === segments.length ? foldStart(fold, text) : FOLDS[fold](text) || text;
  return [...segments.slice(0, segment), folded, ...segments.slice(end)].join("/") + (starred ? "*" : "");
};

/** The rules under other patterns; those that come to share one are merged, and a deny wins. */
export const respell = (acl: Acl, spell: (pattern: string) => string): Acl => {
  const rules: Rule[] = [];
  let changed = false;
  for (const [written, rule] of acl.rules) {
    const pattern = spell(written);
    changed ||= pattern !== written;
    rules.push({ ...rule, pattern, kind: patternKind(pattern), specificity: specificityOf(pattern) });
  }
  return changed ? { ...acl, ...indexRules(mergeRules(rules)) } : acl;
};

const folded = new WeakMap<Acl, Map<string, Acl>>();

/** The rules as they read for such a path; the same object where no rule is written in another spelling. */
export const foldAcl = (acl: Acl, folding: Folding): Acl => {
  const key = `${folding.segment} ${folding.rest} ${folding.fold}`;
  const known = folded.get(acl) ?? new Map<string, Acl>();
  folded.set(acl, known);
  const found = known.get(key) ?? respell(acl, (pattern) => foldPattern(pattern, folding));
  known.set(key, found);
  return found;
};
