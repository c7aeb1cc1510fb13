import type { Iam } from "./ports.ts";

/** Policies of IAM groups, which limit a session as if it were a member. */

export interface GroupPolicies {
  readonly arns: readonly string[];
  /** JSON text. */
  readonly documents: readonly string[];
}

export const groupPolicies = async (iam: Iam, groups: readonly string[]): Promise<GroupPolicies> => {
  const arns: string[] = [];
  const documents: string[] = [];
  for (const group of groups) {
    arns.push(...(await iam.attachedToGroup(group)));
    documents.push(...(await iam.inlineOfGroup(group)));
  }
  return { arns, documents };
};
