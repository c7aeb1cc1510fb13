/** What IAM's operations share: finding things by name, complaining, and the look of tags and lists. */
import type { Call } from "../call.ts";
import { own, type Role, type Tags, type User } from "../model.ts";
import type { Answer, QueryParams } from "../query.ts";
import { AwsError } from "../wire.ts";

export const NAME = /^[\w+=,.@-]{1,64}$/;
export const NAME_OF_GROUP = /^[\w+=,.@-]{1,128}$/;
const PATH = /^\/(?:[\x21-\x7E]*\/)?$/;

export const noSuchEntity = (kind: string, name: string): AwsError =>
  new AwsError("NoSuchEntity", `The ${kind} with name ${name} cannot be found.`, 404);
export const alreadyExists = (kind: string, name: string): AwsError =>
  new AwsError("EntityAlreadyExists", `${kind} with name ${name} already exists.`, 409);
export const deleteConflict = (message: string): AwsError => new AwsError("DeleteConflict", message, 409);

export const pathOf = (params: QueryParams): string => {
  if (params.text("Path") === undefined) return "/";
  return params.matching("Path", PATH);
};

export const findRole = (call: Call, params: QueryParams): Role => {
  const name = params.matching("RoleName", NAME);
  const role = own(call.account.roles, name);
  if (!role) throw noSuchEntity("role", name);
  return role;
};

export const findUser = (call: Call, params: QueryParams): User => {
  const name = params.matching("UserName", NAME);
  const user = own(call.account.users, name);
  if (!user) throw noSuchEntity("user", name);
  return user;
};

export const tagsOf = (params: QueryParams): Tags =>
  Object.fromEntries(params.groups("Tags.member").map((tag) => [tag.required("Key"), tag.text("Value") ?? ""]));

export const tagList = (tags: Tags): Answer => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** A list that is always whole. */
export const whole = (name: string, items: readonly Answer[]): Answer => ({ IsTruncated: false, [name]: items });
