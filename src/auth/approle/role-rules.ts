import { z } from "zod";
import { field, invalidRequest, type VaultError } from "../../framework/index.ts";
import {
  checkPeriod,
  emptyTokenFields,
  legacyTokenShape,
  mergeTokenFields,
  storedTokenShape,
  tokenShape,
} from "../../framework/token-params.ts";
import type { Seconds } from "../../std/brand.ts";
import { isRange } from "./addresses.ts";

/** What a role is and may say. Pure: previous role and write in, new role out, or a refusal in Vault's words. */

const { policies, period } = legacyTokenShape;

export const roleShape = {
  bind_secret_id: field.flag("Whether a login must show a secret id."),
  secret_id_bound_cidrs: field.commaList("Ranges that may log in."),
  bound_cidr_list: field.commaList("Older name of `secret_id_bound_cidrs`."),
  secret_id_num_uses: field.integer("Logins a secret id is good for; 0 is without limit."),
  secret_id_ttl: field.duration("Life of a secret id; 0 is without end."),
  role_id: field.text("What a login names the role by; made up unless given."),
  local_secret_ids: field.flag("Kept for Vault's sake: there is no replication. Cannot be changed."),
  ...tokenShape,
  policies,
  period,
};
const roleInput = z.object(roleShape);
export type RoleInput = z.output<typeof roleInput>;

export const storedRole = z.object({
  /** Tells this role from a later one of the same name: its secret ids lie under this key. */
  key: z.string(),
  role_id: z.string(),
  bind_secret_id: z.boolean(),
  /** `null` until set. */
  secret_id_bound_cidrs: z.array(z.string()).nullable(),
  secret_id_num_uses: z.number(),
  secret_id_ttl: z.number(),
  local_secret_ids: z.boolean(),
  ...storedTokenShape,
});
export type Role = z.output<typeof storedRole>;

/** Fresh ids for a role made by a write. */
export interface FreshIds {
  readonly key: string;
  readonly roleId: string;
}

const newRole = ({ key, roleId }: FreshIds): Role => ({
  key,
  role_id: roleId,
  bind_secret_id: true,
  secret_id_bound_cidrs: null,
  secret_id_num_uses: 0,
  secret_id_ttl: 0,
  local_secret_ids: false,
  ...emptyTokenFields,
});

/** The same text as a 400, where Vault answers 500 to a caller's mistake. */
export const mistake = (wire: string): VaultError => invalidRequest(wire, { multi: true });

/** Throws for a list that holds anything but ranges. */
export const checkRanges = (given: readonly string[], what = "CIDR"): void => {
  const bad = given.find((text) => !isRange(text));
  if (bad !== undefined) throw mistake(`failed to validate ${what} blocks: invalid CIDR address: ${bad.slice(0, 64)}`);
};

/** Throws unless something still binds who may log in. */
export const checkConstraint = (role: Role): void => {
  const bound = (role.secret_id_bound_cidrs ?? []).length > 0 || role.token_bound_cidrs.length > 0;
  if (!role.bind_secret_id && !bound) throw mistake("at least one constraint should be enabled on the role");
};

const ranges = (previous: Role, input: RoleInput): string[] | null => {
  const given = input.secret_id_bound_cidrs ?? input.bound_cidr_list;
  if (given === undefined) return previous.secret_id_bound_cidrs;
  checkRanges(given);
  return [...given];
};

/** Tells what stands in a write for something else. */
const ADJUSTED: Readonly<Record<string, string>> = { "default-service": "service", "default-batch": "batch" };

const adjusted = (input: RoleInput): { readonly input: RoleInput; readonly warnings: readonly string[] } => {
  const type = input.token_type ?? "";
  const means = ADJUSTED[type];
  if (means === undefined) return { input, warnings: [] };
  return {
    input: { ...input, token_type: means },
    warnings: [`${type} has no useful meaning; adjusting to ${means}`],
  };
};

const TRUNCATED =
  "token_max_ttl is greater than the backend mount's maximum TTL value; issued tokens' max TTL value will be truncated";

/** The role after a write, and warnings about it. `fresh` is used for a new role only. */
export const nextRole = (
  previous: Role | undefined,
  given: RoleInput,
  fresh: FreshIds,
  mountMax: Seconds,
): { readonly role: Role; readonly warnings: readonly string[] } => {
  const base = previous ?? newRole(fresh);
  const { input, warnings } = adjusted(given);
  if (previous && input.local_secret_ids !== undefined)
    throw invalidRequest("local_secret_ids can only be modified during role creation");
  if (input.role_id === "") throw invalidRequest("invalid role_id supplied, or failed to generate a role_id");
  if (input.secret_id_num_uses !== undefined && input.secret_id_num_uses < 0)
    throw invalidRequest("secret_id_num_uses cannot be negative");
  const role: Role = {
    ...base,
    role_id: input.role_id ?? base.role_id,
    bind_secret_id: input.bind_secret_id ?? base.bind_secret_id,
    secret_id_bound_cidrs: ranges(base, input),
    secret_id_num_uses: input.secret_id_num_uses ?? base.secret_id_num_uses,
    secret_id_ttl: input.secret_id_ttl ?? base.secret_id_ttl,
    local_secret_ids: input.local_secret_ids ?? base.local_secret_ids,
    ...mergeTokenFields(base, input),
  };
  checkPeriod(role, mountMax);
  checkConstraint(role);
  return { role, warnings: [...warnings, ...(role.token_max_ttl > mountMax ? [TRUNCATED] : [])] };
};
