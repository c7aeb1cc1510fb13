import {
  builtInPolicies,
  compileAcl,
  type Explanation,
  explain,
  type Policy,
  parsePolicy,
} from "../../src/policy/index.ts";

/** A decision tried in the page, with the server's own code, about policies that need not be saved. */

export interface PolicyText {
  readonly name: string;
  readonly text: string;
}

/** Saved text was accepted once; what this release no longer accepts grants nothing, as on the server. */
const saved = ({ name, text }: PolicyText): readonly Policy[] => {
  const root = name === "root" ? builtInPolicies.get("root") : undefined;
  if (root) return [root];
  try {
    return [parsePolicy(name, text)];
  } catch {
    return [];
  }
};

export interface Trial {
  readonly with: Explanation;
  readonly without: Explanation;
}

export type TrialOperation = "create" | "read" | "update" | "patch" | "delete" | "list";

export interface TrialRequest {
  /** Without `/v1/`. */
  readonly path: string;
  readonly operation: TrialOperation;
  /** The path needs sudo for this, besides the capability. */
  readonly sudoPath: boolean;
}

/**
 * With the draft among the others, and without it (a saved policy of its name is left out of both). Templates are not
 * filled: a stanza with one grants nothing here.
 */
export const tryDraft = (draft: Policy, others: readonly PolicyText[], request: TrialRequest): Trial => {
  const rest = others.filter(({ name }) => name !== draft.name).flatMap(saved);
  return { with: explain(compileAcl([draft, ...rest]), request), without: explain(compileAcl(rest), request) };
};
