import { invalidRequest } from "../../framework/index.ts";
import { canonicalPolicyName, policyNameProblem } from "../../policy/index.ts";

/** How identity compares names, and which policies may be named. Pure. */

/**
 * Lower case, letter by letter. A letter beyond ASCII whose lower case is ASCII (the Kelvin sign) keeps its own form:
 * a user of that name must not become the user it looks like.
 */
export const foldName = (name: string): string => {
  let folded = "";
  for (const letter of name) {
    const lower = letter.toLowerCase();
    folded += letter > "\u007f" && /[\0-\u007f]/.test(lower) ? letter : lower;
  }
  return folded;
};

/** What an alias is found by: unique for a mount. */
export const aliasKey = (mountAccessor: string, name: string): string => `alias\n${mountAccessor}\n${foldName(name)}`;

/**
 * Policy names of an entity or group: trimmed, lower case, without doubles, sorted. Throws `invalid_request` for `root`,
 * in whatever spelling, and for a name no policy can have.
 */
export const identityPolicies = (given: readonly string[]): readonly string[] => {
  const names = [...new Set(given.map(canonicalPolicyName).filter((name) => name !== ""))].sort();
  if (names.includes("root")) throw invalidRequest("policies cannot contain root");
  for (const name of names) {
    const problem = policyNameProblem(name);
    if (problem !== undefined)
      throw invalidRequest(`invalid policy name ${JSON.stringify(name.slice(0, 48))}: ${problem}`);
  }
  return names;
};
