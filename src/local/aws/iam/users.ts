/** IAM users and their access keys. Source: AWS IAM API Reference. */
import { userArn } from "../authentication.ts";
import type { Call } from "../call.ts";
import { accessKeyId, secretAccessKey, uniqueId } from "../ids.ts";
import { type AccessKey, own, type User } from "../model.ts";
import type { QueryOperation } from "../operation.ts";
import { type Answer, isoTime, type QueryParams } from "../query.ts";
import { AwsError } from "../wire.ts";
import { alreadyExists, deleteConflict, findUser, NAME, pathOf, tagList, tagsOf, whole } from "./names.ts";

const userAnswer = (call: Call, user: User): Answer => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: userArn(call.caller.accountId, user.path, user.name),
  CreateDate: isoTime(user.created),
  PermissionsBoundary:
    user.boundary === undefined
      ? undefined
      : { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: user.boundary },
  Tags: Object.keys(user.tags).length > 0 ? tagList(user.tags) : undefined,
});

/** The user an operation names; without a name, the caller. */
const userOrCaller = (call: Call, params: QueryParams): User => {
  if (params.text("UserName") !== undefined) return findUser(call, params);
  const caller = Object.values(call.account.users).find((user) => user.id === call.caller.principalId);
  if (!caller) throw new AwsError("ValidationError", "Must specify userName when calling with non-User credentials");
  return caller;
};

const createUser: QueryOperation = async (call, params) => {
  const name = params.matching("UserName", NAME);
  // Names differ in more than case.
  const taken = Object.keys(call.account.users).some((one) => one.toLowerCase() === name.toLowerCase());
  if (taken) throw alreadyExists("User", name);
  const user: User = {
    name,
    path: pathOf(params),
    id: uniqueId(call.random, "AIDA"),
    created: call.clock.now(),
    policies: { inline: {}, attached: [] },
    groups: [],
    boundary: params.text("PermissionsBoundary"),
    tags: tagsOf(params),
  };
  call.account.users[name] = user;
  await call.store.save();
  return { User: userAnswer(call, user) };
};

const keysOf = (call: Call, user: User): AccessKey[] =>
  Object.values(call.account.accessKeys).filter((key) => key.userName === user.name);

const deleteUser: QueryOperation = async (call, params) => {
  const user = findUser(call, params);
  if (keysOf(call, user).length > 0) throw deleteConflict("Cannot delete entity, must delete access keys first.");
  if (user.policies.attached.length > 0) {
    throw deleteConflict("Cannot delete entity, must detach all policies first.");
  }
  if (Object.keys(user.policies.inline).length > 0) {
    throw deleteConflict("Cannot delete entity, must delete policies first.");
  }
  if (user.groups.length > 0) throw deleteConflict("Cannot delete entity, must remove users from group first.");
  if (user.login !== undefined) throw deleteConflict("Cannot delete entity, must delete login profile first.");
  delete call.account.users[user.name];
  await call.store.save();
  return {};
};

const createAccessKey: QueryOperation = async (call, params) => {
  const user = userOrCaller(call, params);
  if (keysOf(call, user).length >= 2) {
    throw new AwsError("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409);
  }
  const key: AccessKey = {
    id: accessKeyId(call.random, "AKIA"),
    secret: secretAccessKey(call.random),
    userName: user.name,
    created: call.clock.now(),
    status: "Active",
  };
  call.account.accessKeys[key.id] = key;
  await call.store.save();
  const AccessKey = {
    UserName: user.name,
    AccessKeyId: key.id,
    Status: key.status,
    SecretAccessKey: key.secret,
    CreateDate: isoTime(key.created),
  };
  return { AccessKey };
};

const findKey = (call: Call, params: QueryParams): AccessKey => {
  const user = userOrCaller(call, params);
  const id = params.required("AccessKeyId");
  const key = own(call.account.accessKeys, id);
  if (key?.userName !== user.name) {
    throw new AwsError("NoSuchEntity", `The Access Key with id ${id} cannot be found.`, 404);
  }
  return key;
};

export const userOperations: Readonly<Record<string, QueryOperation>> = {
  CreateUser: createUser,
  GetUser: (call, params) => ({ User: userAnswer(call, userOrCaller(call, params)) }),
  DeleteUser: deleteUser,
  ListUsers: (call, params) => {
    const prefix = params.text("PathPrefix") ?? "/";
    const users = Object.values(call.account.users).filter(({ path }) => path.startsWith(prefix));
    // As in AWS, a listing shows no tags.
    const listed = users.map((user) => userAnswer(call, { ...user, tags: {} }));
    return whole("Users", listed);
  },
  TagUser: async (call, params) => {
    const user = findUser(call, params);
    user.tags = { ...user.tags, ...tagsOf(params) };
    await call.store.save();
    return {};
  },
  CreateAccessKey: createAccessKey,
  DeleteAccessKey: async (call, params) => {
    delete call.account.accessKeys[findKey(call, params).id];
    await call.store.save();
    return {};
  },
  UpdateAccessKey: async (call, params) => {
    const key = findKey(call, params);
    const status = params.required("Status");
    if (status !== "Active" && status !== "Inactive") {
      throw new AwsError("ValidationError", "Status must be Active or Inactive.");
    }
    key.status = status;
    await call.store.save();
    return {};
  },
  ListAccessKeys: (call, params) => {
    const keys = keysOf(call, userOrCaller(call, params)).map((key) => ({
      UserName: key.userName,
      AccessKeyId: key.id,
      Status: key.status,
      CreateDate: isoTime(key.created),
    }));
    return whole("AccessKeyMetadata", keys);
  },
  ListUserTags: (call, params) => ({ IsTruncated: false, Tags: tagList(findUser(call, params).tags) }),
  UntagUser: async (call, params) => {
    const user = findUser(call, params);
    for (const key of params.texts("TagKeys.member")) delete user.tags[key];
    await call.store.save();
    return {};
  },
};
