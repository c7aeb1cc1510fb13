import { type Answer, get, post } from "../../client/api.ts";
import { type Group, groupIn } from "./directory.ts";

/** A change of a group, made to what is there now: members are written as a whole, so it is read just before. */

export interface GroupChange {
  readonly name?: string;
  readonly policies?: readonly string[];
  readonly people?: readonly string[];
  readonly groups?: readonly string[];
}

export const changeGroup = async (id: string, change: (group: Group) => GroupChange): Promise<Answer> => {
  const path = `identity/group/id/${id}`;
  const read = await get(path);
  if (!read.ok) return read;
  const { name, policies, people, groups } = change(groupIn(read.data));
  return post(path, {
    ...(name !== undefined && { name }),
    ...(policies !== undefined && { policies }),
    ...(people !== undefined && { member_entity_ids: people }),
    ...(groups !== undefined && { member_group_ids: groups }),
  });
};

/** What was added to a set and taken from it, applied to what it is now. */
export const rebased = (
  before: readonly string[],
  wanted: readonly string[],
  now: readonly string[],
): readonly string[] => {
  const added = wanted.filter((one) => !before.includes(one));
  const removed = new Set(before.filter((one) => !wanted.includes(one)));
  return [...new Set([...now.filter((one) => !removed.has(one)), ...added])];
};
