import { type AccessRequest, type Acl, capabilitiesOf, type Decision, decide } from "../../policy/index.ts";
import type { Core } from "../core.ts";
import { canonicalPath } from "./canonical.ts";

/**
 * Questions to the policy about a path other than the request's own. They are asked here, and in `explanation.ts`, which
 * few functions load: the path is made canonical first, so the answer is the decision that a request for it would get.
 */

/** A question as a caller may put it: the path in any spelling. */
export type Question = Omit<AccessRequest, "folding">;

/** What would be decided about a request for the path. */
export const decideOn = async (core: Core, acl: Acl, question: Question): Promise<Decision> =>
  decide(acl, { ...question, ...canonicalPath(core, await core.config.snapshot(), question.path) });

/** The capabilities on the path, as `capabilitiesOf` has them. */
export const capabilitiesOn = async (core: Core, acl: Acl, path: string): Promise<readonly string[]> => {
  const canonical = canonicalPath(core, await core.config.snapshot(), path);
  return capabilitiesOf(acl, canonical.path, canonical.folding);
};
