/** Instance profiles: how a role gets onto an EC2 instance. Source: AWS IAM API Reference. */
import type { Call } from "../call.ts";
import { uniqueId } from "../ids.ts";
import { type InstanceProfile, own } from "../model.ts";
import type { QueryOperation } from "../operation.ts";
import { type Answer, isoTime, type QueryParams } from "../query.ts";
import { AwsError } from "../wire.ts";
import { alreadyExists, deleteConflict, findRole, NAME, pathOf, whole } from "./names.ts";
import { roleAnswer } from "./roles.ts";

export const profileArn = (accountId: string, profile: InstanceProfile): string =>
  `arn:aws:iam::${accountId}:instance-profile${profile.path}${profile.name}`;

const find = (call: Call, params: QueryParams): InstanceProfile => {
  const name = params.matching("InstanceProfileName", NAME);
  const profile = own(call.account.instanceProfiles, name);
  if (!profile) throw new AwsError("NoSuchEntity", `Instance Profile ${name} cannot be found.`, 404);
  return profile;
};

const profileAnswer = (call: Call, profile: InstanceProfile): Answer => {
  const role = profile.roleName === null ? undefined : own(call.account.roles, profile.roleName);
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profileArn(call.caller.accountId, profile),
    CreateDate: isoTime(profile.created),
    Roles: role ? [roleAnswer(call, role)] : [],
  };
};

const create: QueryOperation = async (call, params) => {
  const name = params.matching("InstanceProfileName", NAME);
  if (own(call.account.instanceProfiles, name)) throw alreadyExists("Instance Profile", name);
  const id = uniqueId(call.random, "AIPA");
  const profile: InstanceProfile = { name, path: pathOf(params), id, created: call.clock.now(), roleName: null };
  call.account.instanceProfiles[name] = profile;
  await call.store.save();
  return { InstanceProfile: profileAnswer(call, profile) };
};

export const instanceProfileOperations: Readonly<Record<string, QueryOperation>> = {
  CreateInstanceProfile: create,
  GetInstanceProfile: (call, params) => ({ InstanceProfile: profileAnswer(call, find(call, params)) }),
  DeleteInstanceProfile: async (call, params) => {
    const profile = find(call, params);
    if (profile.roleName !== null) {
      throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
    }
    delete call.account.instanceProfiles[profile.name];
    await call.store.save();
    return {};
  },
  AddRoleToInstanceProfile: async (call, params) => {
    const profile = find(call, params);
    const role = findRole(call, params);
    if (profile.roleName !== null) {
      throw new AwsError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409);
    }
    profile.roleName = role.name;
    await call.store.save();
    return {};
  },
  RemoveRoleFromInstanceProfile: async (call, params) => {
    const profile = find(call, params);
    const name = params.required("RoleName");
    if (profile.roleName !== name) throw new AwsError("NoSuchEntity", `Role ${name} cannot be found.`, 404);
    profile.roleName = null;
    await call.store.save();
    return {};
  },
  ListInstanceProfilesForRole: (call, params) => {
    const { name } = findRole(call, params);
    const profiles = Object.values(call.account.instanceProfiles).filter((profile) => profile.roleName === name);
    return whole(
      "InstanceProfiles",
      profiles.map((profile) => profileAnswer(call, profile)),
    );
  },
};
