import { invalidRequest } from "../../framework/index.ts";
import { canonicalPolicyNames, policyNameProblem } from "../../policy/index.ts";
import { FOLDS } from "../../std/fold.ts";
import { shown } from "../../std/shown.ts";

/** How identity compares names, and which policies may be named. Pure. */

/** The form in which names of entities, groups and aliases are compared. */
export const foldName = FOLDS.letters;

/** What an alias is found by: unique for a mount. */
export const aliasKey = (mountAccessor: string, name: string): string => `alias\n${mountAccessor}\n${foldName(name)}`;

/** Of an entity's aliases, the one that a key finds. */
export const aliasBy = <A extends { readonly mountAccessor: string; readonly name: string }>(
  aliases: readonly A[],
  key: string,
): A | undefined => aliases.find((one) => aliasKey(one.mountAccessor, one.name) === key);

/**
 * Policy names of an entity or group: trimmed, in lower case, without duplicates, sorted. Throws `invalid_request` for
 * `root` in any spelling, and for a name that no policy can have.
 */
export const identityPolicies = (given: readonly string[]): readonly string[] => {
  const names = canonicalPolicyNames(given);
  if (names.includes("root")) throw invalidRequest("policies cannot contain root");
  for (const name of names) {
    const problem = policyNameProblem(name);
    if (problem !== undefined) throw invalidRequest(`invalid policy name ${shown(name)}: ${problem}`);
  }
  return names;
};
