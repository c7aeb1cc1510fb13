import type { Acl } from "./compile.ts";
import { compareSpecificity } from "./pattern.ts";
import type { Rule } from "./rule.ts";

/**
 * Which single rule speaks for a path. Exact rules first; then the most specific of the longest matching prefix rule
 * and all matching segment rules. Less specific rules play no part, whether they grant or deny.
 *
 * Security: a LIST or SCAN has two spellings, with and without the final slash. The rules that match either of them
 * compete in one order, so a wide grant of `list` or `scan` never reaches past a narrower rule that denies it or leaves it
 * out (CVE-2026-63131; hashicorp/vault #9579; openbao/openbao #3389).
 */

const moreSpecific = (a: Rule | undefined, b: Rule): Rule =>
  a === undefined || compareSpecificity(b.specificity, a.specificity) > 0 ? b : a;

/** The best rule with a wildcard over all spellings of a path. */
const bestWildcard = (acl: Acl, spellings: readonly string[]): Rule | undefined => {
  let best: Rule | undefined;
  const consider = (rule: Rule): void => {
    best = moreSpecific(best, rule);
  };
  for (const path of spellings) {
    const prefix = acl.prefixes.longest(path);
    if (prefix !== undefined) consider(prefix);
    acl.segments.visit(path, consider);
  }
  return best;
};

/** Paths are matched without their leading slashes. */
export const canonicalPath = (path: string): string => {
  let start = 0;
  while (path.charCodeAt(start) === 47) start++;
  return start === 0 ? path : path.slice(start);
};

/** The rule for every operation but those on a folder. */
export const ruleFor = (acl: Acl, path: string): Rule | undefined => acl.exact.get(path) ?? bestWildcard(acl, [path]);

/** Operations on a folder, whose path is judged in both spellings. */
export const isListing = (operation: string): operation is "list" | "scan" =>
  operation === "list" || operation === "scan";

/** The two spellings of a LIST or SCAN: as it is judged, with the final slash, and without it. */
export const listSpellings = (path: string): readonly [string, string] => {
  if (path === "") return ["", ""];
  return path.endsWith("/") ? [path, path.slice(0, -1)] : [`${path}/`, path];
};

/** The rule for LIST and SCAN, given either spelling. */
export const ruleForList = (acl: Acl, path: string): Rule | undefined => {
  const [slashed, bare] = listSpellings(path);
  return acl.exact.get(slashed) ?? acl.exact.get(bare) ?? bestWildcard(acl, [slashed, bare]);
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
