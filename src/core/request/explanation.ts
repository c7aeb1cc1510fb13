import { type Acl, type Explanation, explain } from "../../policy/index.ts";
import type { Core } from "../core.ts";
import { canonicalPath } from "./canonical.ts";
import type { Question } from "./decision.ts";

/** As `decision.ts`, with the reasons. */

/** What would be decided about a request for `path`, in its canonical form, and why. */
export type Explained = Explanation & { readonly path: string };

/** Why a request for the path would be decided so; `path` is its canonical form. */
export const explainOn = async (core: Core, acl: Acl, question: Question): Promise<Explained> => {
  const canonical = canonicalPath(core, await core.config.snapshot(), question.path);
  return { ...explain(acl, { ...question, ...canonical }), path: canonical.path };
};

/**
 * The same, knowing nothing of the mounts: for callers who ask about a path that none of their rules grants anything
 * near. The request is denied either way; the answer is the one for a path without a mount.
 */
export const explainUnmounted = (acl: Acl, question: Question): Explained => ({
  ...explain(acl, { ...question, sudoPath: false }),
  path: question.path,
});
