import { z } from "zod";
import { field, GENERIC_NAME, invalidRequest } from "../../framework/index.ts";
import {
  checkOlderTtl,
  checkPeriod,
  emptyTokenFields,
  legacyTokenShape,
  mergeTokenFields,
  readTokenFields,
  shownTokenShape,
  storedTokenShape,
  type TokenFields,
  tokenShape,
} from "../../framework/token-params.ts";
import type { Seconds } from "../../std/brand.ts";
import { FOLDS } from "../../std/fold.ts";
import { changeBody } from "../../storage/change.ts";
import type { Address, View } from "../../storage/store.ts";
import { labels, parseSelector } from "./selector.ts";

/** Roles: which service accounts may log in, and what their tokens are like. Names are lower case. */

const { policies, ttl, max_ttl, period, num_uses, bound_cidrs } = legacyTokenShape;

export const roleShape = {
  bound_service_account_names: field.commaList("Names of service accounts; `*` is any text."),
  bound_service_account_namespaces: field.commaList("Namespaces of the accounts; `*` is any text."),
  bound_service_account_namespace_selector: field.text(
    "Labels of further namespaces: a label selector in JSON or YAML, without expressions.",
  ),
  audience: field.text("Audience that a token must have."),
  alias_name_source: field.text("What an alias is named after: `serviceaccount_uid` or `serviceaccount_name`."),
  ...tokenShape,
  policies,
  ttl,
  max_ttl,
  period,
  num_uses,
  bound_cidrs,
};
const roleInput = z.object(roleShape);
export type RoleInput = z.output<typeof roleInput>;

const SOURCES = ["serviceaccount_uid", "serviceaccount_name"] as const;

const storedRole = z.object({
  bound_service_account_names: z.array(z.string()),
  bound_service_account_namespaces: z.array(z.string()),
  bound_service_account_namespace_selector: z.string(),
  /** What the selector says; `null` where there is none. */
  labels: labels.nullable(),
  audience: z.string(),
  alias_name_source: z.enum(SOURCES),
  ...storedTokenShape,
});
export type Role = z.output<typeof storedRole>;

export const RoleShown = z.object({
  bound_service_account_names: z.array(z.string()),
  bound_service_account_namespaces: z.array(z.string()),
  bound_service_account_namespace_selector: z.string(),
  audience: z.string().optional(),
  alias_name_source: z.enum(SOURCES),
  ...shownTokenShape,
});

export const showRole = (role: Role): z.output<typeof RoleShown> => ({
  bound_service_account_names: role.bound_service_account_names,
  bound_service_account_namespaces: role.bound_service_account_namespaces,
  bound_service_account_namespace_selector: role.bound_service_account_namespace_selector,
  ...(role.audience !== "" && { audience: role.audience }),
  alias_name_source: role.alias_name_source,
  ...readTokenFields(role),
});

/** A role's name as it is stored, for one that a login named in any case. */
export const namedRole = (given: string): string => FOLDS.case(given);

export const roleAddress = (storage: View, name: string): Address => storage.at(`role/${name}`);

/** The entry a login may read along; none where the text cannot be a role's name. */
export const namedRoleAddress = (storage: View, given: unknown): readonly Address[] =>
  typeof given === "string" && GENERIC_NAME.test(given) ? [roleAddress(storage, namedRole(given))] : [];

export const findRole = async (storage: View, name: string): Promise<Role | undefined> => {
  if (!GENERIC_NAME.test(name)) return undefined;
  const entry = await storage.get(roleAddress(storage, name));
  return entry && storedRole.parse(entry.body);
};

export const listRoles = (storage: View): Promise<readonly string[]> => storage.list("role/");

export const removeRole = (storage: View, name: string): Promise<void> =>
  storage.write([{ op: "delete", address: roleAddress(storage, name), when: "any" }]);

const tokenFields = (previous: TokenFields, input: RoleInput, mountMax: Seconds): TokenFields => {
  if (input.token_ttl === undefined && input.token_max_ttl === undefined)
    checkOlderTtl(previous, input, "token ttl should not be greater than token max ttl");
  const fields = mergeTokenFields(previous, input);
  checkPeriod(
    fields,
    mountMax,
    (period, most) => `token period of '${period}' is greater than the backend's maximum lease TTL of '${most}'`,
  );
  return fields;
};

/** A list of a role: empty texts bind nothing, and `*` stands alone. */
const checkedList = (given: readonly string[]): string[] => {
  const list = given.filter((item) => item !== "");
  if (list.length > 1 && list.includes("*")) throw invalidRequest('can not mix "*" with values');
  return list;
};

const sourceOf = (previous: Role | undefined, given: string | undefined): Role["alias_name_source"] => {
  if (given === undefined || (given === "" && !previous)) return previous?.alias_name_source ?? "serviceaccount_uid";
  const known = SOURCES.find((source) => source === given);
  if (known) return known;
  throw invalidRequest(`invalid alias_name_source, must be one of: ${SOURCES.join(", ")}`);
};

const nextRole = async (previous: Role | undefined, input: RoleInput, mountMax: Seconds): Promise<Role> => {
  const fields = tokenFields(previous ?? emptyTokenFields, input, mountMax);
  const names = checkedList(input.bound_service_account_names ?? previous?.bound_service_account_names ?? []);
  if (names.length === 0) throw invalidRequest('"bound_service_account_names" can not be empty');
  const namespaces = checkedList(
    input.bound_service_account_namespaces ?? previous?.bound_service_account_namespaces ?? [],
  );
  // As in Vault, a write that does not name the selector clears it.
  const selector = input.bound_service_account_namespace_selector ?? "";
  if (namespaces.length === 0 && selector === "")
    throw invalidRequest(
      '"bound_service_account_namespaces" can not be empty if "bound_service_account_namespace_selector" is not set',
    );
  return {
    bound_service_account_names: names,
    bound_service_account_namespaces: namespaces,
    bound_service_account_namespace_selector: selector,
    labels: selector === "" ? null : await parseSelector(selector),
    audience: input.audience ?? previous?.audience ?? "",
    alias_name_source: sourceOf(previous, input.alias_name_source),
    ...fields,
  };
};

const LONG_MAX =
  "max_ttl is greater than the system or backend mount's maximum TTL value; issued tokens' max TTL value will be truncated";
const NO_AUDIENCE =
  "This role does not specify an audience. In a future version of Vault, specifying an audience will be required.";

/** Makes or changes a role; what a write does not name stays. Answers warnings; throws `invalid_request`. */
export const writeRole = async (
  storage: View,
  name: string,
  input: RoleInput,
  mountMax: Seconds,
): Promise<readonly string[]> => {
  const busy = { reason: "too many concurrent writes of one role" };
  const role = await changeBody(
    storage,
    roleAddress(storage, name),
    storedRole,
    (previous) => nextRole(previous, input, mountMax),
    { busy },
  );
  return [...(role.token_max_ttl > mountMax ? [LONG_MAX] : []), ...(role.audience.trim() === "" ? [NO_AUDIENCE] : [])];
};
