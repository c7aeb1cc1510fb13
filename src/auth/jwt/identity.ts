import { z } from "zod";
import { invalidRequest, type LoginGrant } from "../../framework/index.ts";
import { tokenParams } from "../../framework/token-params.ts";
import { type JsonObject, type JsonValue, writeJson } from "../../std/json.ts";
import { cut, shown } from "../../std/shown.ts";
import { checkBoundClaims } from "./bound-claims.ts";
import { asList, claimAt, claimNamed } from "./claims.ts";
import { mayBeName } from "./names.ts";
import type { Role } from "./role-rules.ts";

/**
 * Who a verified token is for: its user, metadata and groups, by the role. In Vault's order, and every text that
 * becomes a name is looked at before it does.
 */

/** More groups than any provider puts into a token, or than one login could join. */
const MOST_GROUPS = 2000;

export const userOf = (claims: JsonObject, role: Role): string => {
  const { user_claim: name } = role;
  const value = role.user_claim_json_pointer ? claimAt(claims, name) : (claimNamed(claims, name) ?? undefined);
  if (value === undefined) throw invalidRequest(`claim ${shown(name)} not found in token`);
  if (typeof value !== "string") throw invalidRequest(`claim ${shown(name)} could not be converted to string`);
  if (value === "") throw invalidRequest("missing name in alias");
  if (!mayBeName(value)) throw invalidRequest(`claim ${shown(name)} cannot be used as a name`);
  return value;
};

const metadataOf = (claims: JsonObject, role: Role): Readonly<Record<string, string>> => {
  const pairs = Object.entries(role.claim_mappings ?? {}).flatMap(([source, target]): [string, string][] => {
    const value = claimAt(claims, source);
    if (value === undefined) return [];
    if (typeof value !== "string") throw invalidRequest(`error converting claim '${cut(source)}' to string`);
    if (value !== "" && !mayBeName(value)) throw invalidRequest(`claim '${cut(source)}' cannot be used as metadata`);
    return [[target, value]];
  });
  return Object.fromEntries(pairs);
};

const groupName = (value: JsonValue): string => {
  const text = cut(typeof value === "string" ? value : writeJson(value));
  if (typeof value !== "string") throw invalidRequest(`value ${text} in groups claim could not be parsed as string`);
  if (value !== "" && !mayBeName(value)) throw invalidRequest(`value ${shown(text)} in groups claim cannot be a name`);
  return value;
};

const groupsOf = (claims: JsonObject, { groups_claim: name }: Role): string[] => {
  if (name === "") return [];
  const value = claimAt(claims, name);
  if (value === undefined) throw invalidRequest(`failed to fetch groups: ${shown(name)} claim not found in token`);
  const list = asList(value);
  if (!list) throw invalidRequest(`${shown(name)} claim could not be converted to string list`);
  if (list.length > MOST_GROUPS) throw invalidRequest(`${shown(name)} claim names more than ${MOST_GROUPS} groups`);
  return list.map(groupName).filter((group) => group !== "");
};

export const storedIdentity = z.object({
  user: z.string(),
  metadata: z.record(z.string(), z.string()),
  groups: z.array(z.string()),
});
/** Who a token is for, as the role accepted it. */
export type Identity = z.output<typeof storedIdentity>;

/** Throws `invalid_request` for what the role does not accept. `claims` are verified, groups of a provider among them. */
export const identityIn = (claims: JsonObject, name: string, role: Role): Identity => {
  const user = userOf(claims, role);
  const metadata = { ...metadataOf(claims, role), role: name };
  const groups = groupsOf(claims, role);
  checkBoundClaims(role.bound_claims_type, role.bound_claims ?? {}, claims);
  return { user, metadata, groups };
};

export const grantFor = ({ user, metadata, groups }: Identity, name: string, role: Role): LoginGrant => ({
  displayName: user,
  token: tokenParams(role),
  metadata,
  alias: { name: user, metadata },
  groupAliases: groups,
  role: name,
  internal: { role: name, id: role.id },
  renewable: true,
  addressJudged: true,
});
