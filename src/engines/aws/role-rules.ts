import { invalidRequest, multiError } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import { isExternalId, isGroupName, isMfaSerial, isPolicyArn, isRoleArn, tagFault } from "./shapes.ts";
import type { Role } from "./stored-role.ts";

/** What a role may say, by the kind of its credentials. Texts are Vault's where Vault has the rule. */

const TYPES = ["iam_user", "assumed_role", "federation_token", "session_token"];
const STS_TYPES = ["assumed_role", "federation_token", "session_token"];
const USER_PATH = /^\/([\x21-\x7F]{0,510}\/)?$/;
/** The same as Go quotes it. */
const USER_PATH_TEXT = String.raw`^\\/([\\x21-\\x7F]{0,510}\\/)?$`;
/** One tag of fifty is ours (`user-mark.ts`). */
const MOST_IAM_TAGS = 49;
const MOST_SESSION_TAGS = 50;
/** IAM's own limit, in characters that are not white space. */
const LONGEST_DOCUMENT = 10_240;

type Rule = (role: Role, has: (type: string) => boolean) => readonly (string | false)[];

const typeRules: Rule = ({ credential_types }) => [
  credential_types.length === 0 && "did not supply credential_type",
  ...credential_types.map(
    (type) => !TYPES.includes(type) && `unrecognized credential type: ${shown(type).slice(1, -1)}`,
  ),
];

const ttlRules: Rule = ({ default_sts_ttl, max_sts_ttl }, has) => {
  const sts = STS_TYPES.some(has);
  const only = "parameter only valid for assumed_role, federation_token, and session_token credential types";
  return [
    default_sts_ttl !== 0 && !sts && `default_sts_ttl ${only}`,
    max_sts_ttl !== 0 && !sts && `max_sts_ttl ${only}`,
    max_sts_ttl > 0 &&
      default_sts_ttl > max_sts_ttl &&
      '"default_sts_ttl" value must be less than or equal to "max_sts_ttl" value',
  ];
};

const userRules: Rule = ({ user_path, permissions_boundary_arn: boundary, iam_tags }, has) => {
  const user = has("iam_user");
  const fault = iam_tags && tagFault(iam_tags, MOST_IAM_TAGS);
  return [
    user_path !== "" && !user && "user_path parameter only valid for iam_user credential type",
    !(user_path === "" || USER_PATH.test(user_path)) &&
      `the specified value for user_path is invalid. It must match "${USER_PATH_TEXT}" regexp`,
    boundary !== "" && !user && "cannot supply permissions_boundary_arn when credential_type isn't iam_user",
    !(boundary === "" || isPolicyArn(boundary)) &&
      `invalid permissions_boundary_arn parameter: ${shown(boundary)} is not the ARN of a policy`,
    fault ? `invalid iam_tags: ${fault}` : false,
  ];
};

const policyRules: Rule = ({ policy_document: document, policy_arns, iam_groups }, has) => {
  const bad = (policy_arns ?? []).find((arn) => !isPolicyArn(arn));
  const badGroup = (iam_groups ?? []).find((group) => !isGroupName(group));
  return [
    (document !== "" || (policy_arns ?? []).length > 0) &&
      has("session_token") &&
      "cannot supply a policy or role when using credential_type session_token",
    document.length > LONGEST_DOCUMENT && `policy_document is longer than ${LONGEST_DOCUMENT} characters`,
    bad !== undefined && `invalid policy_arns: ${shown(bad)} is not the ARN of a policy`,
    badGroup !== undefined && `invalid iam_groups: ${shown(badGroup)} is not the name of a group`,
  ];
};

const sessionRules: Rule = ({ role_arns, session_tags, external_id, mfa_serial_number: serial }, has) => {
  const assumes = has("assumed_role");
  const bad = (role_arns ?? []).find((arn) => !isRoleArn(arn));
  const fault = session_tags && tagFault(session_tags, MOST_SESSION_TAGS);
  const only = "when credential_type isn't assumed_role";
  return [
    (role_arns ?? []).length > 0 && !assumes && `cannot supply role_arns ${only}`,
    bad !== undefined && `invalid role_arns: ${shown(bad)} is not the ARN of a role`,
    Object.keys(session_tags ?? {}).length > 0 && !assumes && `cannot supply session_tags ${only}`,
    fault ? `invalid session_tags: ${fault}` : false,
    external_id !== "" && !assumes && `cannot supply external_id ${only}`,
    !(external_id === "" || isExternalId(external_id)) &&
      "invalid external_id: it has 2 to 1224 letters, digits and _+=,.@:/-",
    !(serial === "" || isMfaSerial(serial)) && "invalid mfa_serial_number: it is neither a serial number nor an ARN",
  ];
};

/** Throws `invalid_request` with everything that is wrong. */
export const checkRole = (role: Role): void => {
  const has = (type: string): boolean => role.credential_types.includes(type);
  const faults = [typeRules, ttlRules, userRules, policyRules, sessionRules]
    .flatMap((rule) => rule(role, has))
    .filter((fault) => fault !== false);
  if (faults.length === 0) return;
  // What the faults repeat of the role is cut already.
  const quoted = JSON.stringify(multiError(...faults));
  throw invalidRequest(`error(s) validating supplied role data: ${quoted}`);
};
