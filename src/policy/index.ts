/**
 * Policies: text in, decision out. Pure: no I/O, no clock, no randomness. It trusts its caller for the canonical path,
 * the operation and the identity; it must never allow by default, throw while deciding, or let a policy's text do
 * anything but match and compare. The README has the order of the rules as a drawing.
 */

export { builtInPolicies } from "./built-in.ts";
export { capabilitiesOf } from "./capabilities.ts";
export { type Acl, compileAcl } from "./compile.ts";
export { type AccessRequest, type Decision, type DecisionReason, decide } from "./decide.ts";
export { PolicyError } from "./errors.ts";
export { type CandidateRule, type Explanation, explain } from "./explain.ts";
export { type Folding, foldPattern } from "./folding.ts";
export { globMatch } from "./glob.ts";
export {
  canonicalPolicyNames,
  listedPolicyNames,
  nameForDelete,
  nameForWrite,
  policyNameProblem,
} from "./names.ts";
export { parsePolicy } from "./parse.ts";
export type { Policy, RuleSource } from "./policy.ts";
export { scanLeavesOut } from "./scan.ts";
export { isListing } from "./select.ts";
export {
  type FilledText,
  fillText,
  type TemplateAlias,
  type TemplateContext,
  type TemplateEntity,
  type TemplateGroup,
  templateParts,
} from "./template.ts";
