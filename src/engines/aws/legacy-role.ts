import { invalidRequest } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import { compactPolicy } from "./policy-document.ts";
import { isPolicyArn, isRoleArn } from "./shapes.ts";
import type { Role } from "./stored-role.ts";
import { NEW_ROLE } from "./stored-role.ts";

/** Roles as they were written before there were credential types: one policy document, or one ARN. */

/** Throws `invalid_request` with Vault's text for what is neither. */
export const legacyRole = (text: string): Role => {
  const role: Role = { ...NEW_ROLE, legacy: true };
  if (isRoleArn(text)) return { ...role, credential_types: ["assumed_role"], role_arns: [text] };
  if (isPolicyArn(text)) return { ...role, credential_types: ["iam_user"], policy_arns: [text] };
  const document = text.startsWith("arn:") ? undefined : compactPolicy(text);
  if (document === undefined) throw invalidRequest(`unable to parse supplied data: ${shown(text)}`);
  // A document may mean either; the path that is asked decides.
  return { ...role, credential_types: ["iam_user", "federation_token"], policy_document: document };
};
