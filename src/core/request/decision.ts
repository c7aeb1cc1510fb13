import {
  type AccessRequest,
  type Acl,
  capabilitiesOf,
  type Decision,
  decide,
  type Explanation,
  explain,
} from "../../policy/index.ts";
import type { Core } from "../core.ts";
import { canonicalPath } from "./canonical.ts";

/**
 * Questions to the policy about a path other than the request's own. All of them are asked here: the path is made
 * canonical first, so the answer is the decision that a request for it would get.
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

/** Why a request for the path would be decided so; `path` is its canonical form. */
export const explainOn = async (
  core: Core,
  acl: Acl,
  question: Question,
): Promise<Explanation & { readonly path: string }> => {
  const canonical = canonicalPath(core, await core.config.snapshot(), question.path);
  return { ...explain(acl, { ...question, ...canonical }), path: canonical.path };
};

/**
 * The same, knowing nothing of the mounts: for callers who ask about a path that none of their rules grants anything
 * near. The request is denied either way; the answer is the one for a path without a mount.
 */
export const explainUnmounted = (acl: Acl, question: Question): Explanation & { readonly path: string } => ({
  ...explain(acl, { ...question, sudoPath: false }),
  path: question.path,
});
