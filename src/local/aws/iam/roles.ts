/** IAM roles and their trust policies. Source: AWS IAM API Reference. */
import { roleArn, userArn } from "../authentication.ts";
import type { Call } from "../call.ts";
import { uniqueId } from "../ids.ts";
import { own, type Role } from "../model.ts";
import type { QueryOperation } from "../operation.ts";
import { type Answer, isoTime, type QueryParams } from "../query.ts";
import { namedArns, parseTrust } from "../trust.ts";
import { AwsError } from "../wire.ts";
import { alreadyExists, deleteConflict, findRole, NAME, pathOf, tagList, tagsOf, whole } from "./names.ts";

/** The unique id behind an ARN, or undefined when nothing of that name exists here. */
const idBehind = (call: Call, arn: string): string | undefined => {
  const [, , service, , accountId = "", resource = ""] = arn.split(":");
  const account = own(call.store.state.accounts, accountId);
  const [kind = "", ...segments] = resource.split("/");
  if (kind === "assumed-role" && service === "sts") return own(account?.roles, segments[0] ?? "")?.id;
  const name = segments.at(-1) ?? "";
  const user = kind === "user" ? own(account?.users, name) : undefined;
  if (user && userArn(accountId, user.path, user.name) === arn) return user.id;
  const role = kind === "role" ? own(account?.roles, name) : undefined;
  return role && roleArn(accountId, role.path, role.name) === arn ? role.id : undefined;
};

/** Reads a trust policy and pins the principals it names to their ids. Throws `MalformedPolicyDocument`. */
const pinTrust = (call: Call, text: string): Record<string, string> => {
  const ids: Record<string, string> = {};
  for (const name of namedArns(parseTrust(text))) {
    const [, , , , accountId = ""] = name.split(":");
    // Accounts that do not exist here cannot be looked into; their principals are believed to exist.
    const elsewhere = name.startsWith("arn:") && !own(call.store.state.accounts, accountId);
    if (/^(\*|\d{12}|A(?:IDA|ROA)[A-Z0-9]+|arn:aws:iam::\d{12}:root)$/.test(name) || elsewhere) continue;
    const id = idBehind(call, name);
    if (id === undefined) throw new AwsError("MalformedPolicyDocument", `Invalid principal in policy: "AWS":"${name}"`);
    ids[name] = id;
  }
  return ids;
};

/** The policy as GetRole shows it: a principal that is gone, or another by now, appears under its old id. */
const shownTrust = (call: Call, role: Role): string => {
  let text = role.trust;
  for (const [arn, id] of Object.entries(role.trustIds)) {
    if (idBehind(call, arn) !== id) text = text.replaceAll(JSON.stringify(arn), JSON.stringify(id));
  }
  return text;
};

const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** A role as IAM lists it. */
export const roleAnswer = (call: Call, role: Role): Answer => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: roleArn(call.caller.accountId, role.path, role.name),
  CreateDate: isoTime(role.created),
  AssumeRolePolicyDocument: encodeRfc3986(shownTrust(call, role)),
  Description: role.description === "" ? undefined : role.description,
  MaxSessionDuration: role.maxSessionSeconds,
  Tags: Object.keys(role.tags).length > 0 ? tagList(role.tags) : undefined,
});

const sessionSeconds = (params: QueryParams): number | undefined => {
  const seconds = params.integer("MaxSessionDuration");
  if (seconds !== undefined && (seconds < 3600 || seconds > 43200)) {
    throw new AwsError("ValidationError", "MaxSessionDuration must be between 3600 and 43200 seconds.");
  }
  return seconds;
};

const createRole: QueryOperation = async (call, params) => {
  const name = params.matching("RoleName", NAME);
  const trust = params.required("AssumeRolePolicyDocument");
  if (own(call.account.roles, name)) throw alreadyExists("Role", name);
  const role: Role = {
    name,
    path: pathOf(params),
    id: uniqueId(call.random, "AROA"),
    created: call.clock.now(),
    description: params.text("Description") ?? "",
    maxSessionSeconds: sessionSeconds(params) ?? 3600,
    trust,
    trustIds: pinTrust(call, trust),
    policies: { inline: {}, attached: [] },
    tags: tagsOf(params),
  };
  call.account.roles[name] = role;
  await call.store.save();
  return { Role: roleAnswer(call, role) };
};

const deleteRole: QueryOperation = async (call, params) => {
  const role = findRole(call, params);
  if (role.policies.attached.length > 0) {
    throw deleteConflict("Cannot delete entity, must detach all policies first.");
  }
  if (Object.keys(role.policies.inline).length > 0) {
    throw deleteConflict("Cannot delete entity, must delete policies first.");
  }
  if (Object.values(call.account.instanceProfiles).some((profile) => profile.roleName === role.name)) {
    throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
  }
  delete call.account.roles[role.name];
  await call.store.save();
  return {};
};

const updateTrust: QueryOperation = async (call, params) => {
  const role = findRole(call, params);
  const trust = params.required("PolicyDocument");
  role.trustIds = pinTrust(call, trust);
  role.trust = trust;
  await call.store.save();
  return {};
};

export const roleOperations: Readonly<Record<string, QueryOperation>> = {
  CreateRole: createRole,
  GetRole: (call, params) => ({ Role: roleAnswer(call, findRole(call, params)) }),
  DeleteRole: deleteRole,
  UpdateAssumeRolePolicy: updateTrust,
  UpdateRole: async (call, params) => {
    const role = findRole(call, params);
    role.maxSessionSeconds = sessionSeconds(params) ?? role.maxSessionSeconds;
    await call.store.save();
    return {};
  },
  ListRoles: (call, params) => {
    const prefix = params.text("PathPrefix") ?? "/";
    const roles = Object.values(call.account.roles).filter((role) => role.path.startsWith(prefix));
    return whole(
      "Roles",
      roles.map((role) => roleAnswer(call, role)),
    );
  },
  TagRole: async (call, params) => {
    const role = findRole(call, params);
    role.tags = { ...role.tags, ...tagsOf(params) };
    await call.store.save();
    return {};
  },
  UntagRole: async (call, params) => {
    const role = findRole(call, params);
    for (const key of params.texts("TagKeys.member")) delete role.tags[key];
    await call.store.save();
    return {};
  },
  ListRoleTags: (call, params) => ({ IsTruncated: false, Tags: tagList(findRole(call, params).tags) }),
};
