import type { Acl } from "./compile.ts";
import { compareSpecificity } from "./pattern.ts";
import { CAPABILITY_BITS } from "./policy.ts";
import { denies, type Rule } from "./rule.ts";

/**
 * Which single rule speaks for a path. Exact rules first; then the most specific of the longest matching prefix rule
 * and all matching segment rules. Less specific rules play no part, even if they deny.
 *
 * Security: a LIST is asked for under two spellings, with and without the final slash, and both are looked at together:
 * the most specific deny wins over every grant of list that is not more specific (CVE-2026-63131).
 */

const moreSpecific = (a: Rule | undefined, b: Rule): Rule =>
  a === undefined || compareSpecificity(b.specificity, a.specificity) > 0 ? b : a;

/** The best rule with a wildcard for one spelling of a path. */
const bestWildcard = (acl: Acl, path: string): Rule | undefined => {
  let best = acl.prefixes.longest(path);
  acl.segments.visit(path, (rule) => {
    best = moreSpecific(best, rule);
  });
  return best;
};

const bestForList = (acl: Acl, bare: string, slashed: string): Rule | undefined => {
  let best: Rule | undefined;
  let deny: Rule | undefined;
  let grant: Rule | undefined;
  const consider = (rule: Rule | undefined): void => {
    if (rule === undefined) return;
    best = moreSpecific(best, rule);
    if (denies(rule)) deny = moreSpecific(deny, rule);
    if ((rule.capabilities & CAPABILITY_BITS.list) !== 0) grant = moreSpecific(grant, rule);
  };
  for (const path of [bare, slashed]) {
    consider(acl.prefixes.longest(path));
    acl.segments.visit(path, consider);
  }
  if (deny !== undefined && (grant === undefined || moreSpecific(grant, deny) === deny)) return deny;
  return grant ?? best;
};

/** Paths are matched without their leading slashes. */
export const canonicalPath = (path: string): string => {
  let start = 0;
  while (path.charCodeAt(start) === 47) start++;
  return start === 0 ? path : path.slice(start);
};

/** The rule for every operation but LIST. */
export const ruleFor = (acl: Acl, path: string): Rule | undefined => acl.exact.get(path) ?? bestWildcard(acl, path);

/** The two spellings of a LIST: as it is judged, with the final slash, and without it. */
export const listSpellings = (path: string): readonly [string, string] => {
  if (path === "") return ["", ""];
  return path.endsWith("/") ? [path, path.slice(0, -1)] : [`${path}/`, path];
};

/** The rule for LIST, given either spelling. */
export const ruleForList = (acl: Acl, path: string): Rule | undefined => {
  const [slashed, bare] = listSpellings(path);
  return acl.exact.get(slashed) ?? acl.exact.get(bare) ?? bestForList(acl, bare, slashed);
};

/** Every rule that matches, decisive or not: exact ones first, then by specificity. */
export const matchingRules = (acl: Acl, spellings: readonly string[]): Rule[] => {
  const exact = spellings.map((path) => acl.exact.get(path)).filter((rule) => rule !== undefined);
  const wild = new Set<Rule>();
  for (const path of spellings) {
    acl.prefixes.visit(path, (rule) => wild.add(rule));
    acl.segments.visit(path, (rule) => wild.add(rule));
  }
  return [...exact, ...[...wild].sort((a, b) => compareSpecificity(b.specificity, a.specificity))];
};
