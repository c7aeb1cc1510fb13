/** IAM groups: their members and policies. Source: AWS IAM API Reference. */
import type { Call } from "../call.ts";
import { uniqueId } from "../ids.ts";
import { type Group, own } from "../model.ts";
import type { QueryOperation } from "../operation.ts";
import { type Answer, isoTime, type QueryParams } from "../query.ts";
import { alreadyExists, deleteConflict, findUser, NAME_OF_GROUP, noSuchEntity, pathOf, whole } from "./names.ts";

const groupAnswer = (call: Call, group: Group): Answer => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: `arn:aws:iam::${call.caller.accountId}:group${group.path}${group.name}`,
  CreateDate: isoTime(group.created),
});

/** The group an operation names. */
export const findGroup = (call: Call, params: QueryParams): Group => {
  const name = params.matching("GroupName", NAME_OF_GROUP);
  const group = own(call.account.groups, name);
  if (!group) throw noSuchEntity("group", name);
  return group;
};

const createGroup: QueryOperation = async (call, params) => {
  const name = params.matching("GroupName", NAME_OF_GROUP);
  if (own(call.account.groups, name)) throw alreadyExists("Group", name);
  const group: Group = {
    name,
    path: pathOf(params),
    id: uniqueId(call.random, "AGPA"),
    created: call.clock.now(),
    policies: { inline: {}, attached: [] },
  };
  call.account.groups[name] = group;
  await call.store.save();
  return { Group: groupAnswer(call, group) };
};

const membersOf = (call: Call, group: Group) =>
  Object.values(call.account.users).filter(({ groups }) => groups.includes(group.name));

const deleteGroup: QueryOperation = async (call, params) => {
  const group = findGroup(call, params);
  if (membersOf(call, group).length > 0)
    throw deleteConflict("Cannot delete entity, must remove users from group first.");
  if (group.policies.attached.length > 0) throw deleteConflict("Cannot delete entity, must detach all policies first.");
  if (Object.keys(group.policies.inline).length > 0)
    throw deleteConflict("Cannot delete entity, must delete policies first.");
  delete call.account.groups[group.name];
  await call.store.save();
  return {};
};

export const groupOperations: Readonly<Record<string, QueryOperation>> = {
  CreateGroup: createGroup,
  DeleteGroup: deleteGroup,
  GetGroup: (call, params) => {
    const group = findGroup(call, params);
    const names = membersOf(call, group).map(({ name }) => ({ UserName: name }));
    return { Group: groupAnswer(call, group), IsTruncated: false, Users: names };
  },
  AddUserToGroup: async (call, params) => {
    const group = findGroup(call, params);
    const { groups } = findUser(call, params);
    if (!groups.includes(group.name)) groups.push(group.name);
    await call.store.save();
    return {};
  },
  RemoveUserFromGroup: async (call, params) => {
    const group = findGroup(call, params);
    const { groups } = findUser(call, params);
    const at = groups.indexOf(group.name);
    if (at < 0) throw noSuchEntity("group", group.name);
    groups.splice(at, 1);
    await call.store.save();
    return {};
  },
  ListGroupsForUser: (call, params) => {
    const { groups } = findUser(call, params);
    const found = groups.flatMap((name) => own(call.account.groups, name) ?? []);
    return whole(
      "Groups",
      found.map((group) => groupAnswer(call, group)),
    );
  },
};
