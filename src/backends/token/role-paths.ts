import { z } from "zod";
import { fromSealed, toSealed } from "../../core/sealed.ts";
import { folded, Keys, op, path } from "../../framework/index.ts";
import { defined } from "../../std/defined.ts";
import { change } from "../../storage/change.ts";
import { doubles, mergeRole, NEW_ROLE, RoleInput, readRole, roleKey, type StoredRole } from "./roles.ts";

/** `auth/token/roles/`: token roles read, written, listed and removed. */

const RoleShown = z.object({
  allowed_entity_aliases: z.array(z.string()).nullable(),
  allowed_policies: z.array(z.string()),
  allowed_policies_glob: z.array(z.string()),
  disallowed_policies: z.array(z.string()),
  disallowed_policies_glob: z.array(z.string()),
  explicit_max_ttl: z.number(),
  name: z.string(),
  orphan: z.boolean(),
  path_suffix: z.string(),
  period: z.number(),
  renewable: z.boolean(),
  token_explicit_max_ttl: z.number(),
  token_no_default_policy: z.boolean(),
  token_period: z.number(),
  token_type: z.string(),
  token_bound_cidrs: z.array(z.string()).optional(),
  bound_cidrs: z.array(z.string()).optional(),
  token_num_uses: z.number().optional(),
});

const shown = (role: StoredRole, name: string) => {
  const { fields } = role;
  const cidrs = fields.token_bound_cidrs.map((cidr) => cidr.replace(/\/(32|128)$/, ""));
  const legacy = new Set(fields.token_legacy);
  return defined({
    allowed_entity_aliases: role.allowedEntityAliases,
    allowed_policies: role.allowedPolicies,
    allowed_policies_glob: role.allowedPoliciesGlob,
    disallowed_policies: role.disallowedPolicies,
    disallowed_policies_glob: role.disallowedPoliciesGlob,
    explicit_max_ttl: legacy.has("explicit_max_ttl") ? fields.token_explicit_max_ttl : 0,
    name,
    orphan: role.orphan,
    path_suffix: role.pathSuffix,
    period: legacy.has("period") ? fields.token_period : 0,
    renewable: role.renewable,
    token_explicit_max_ttl: fields.token_explicit_max_ttl,
    token_no_default_policy: fields.token_no_default_policy,
    token_period: fields.token_period,
    token_type: role.tokenType,
    token_bound_cidrs: cidrs.length === 0 ? undefined : cidrs,
    bound_cidrs: cidrs.length === 0 || !legacy.has("bound_cidrs") ? undefined : cidrs,
    token_num_uses: fields.token_num_uses === 0 ? undefined : fields.token_num_uses,
  });
};

export const rolePaths = () => [
  path("roles", {
    summary: "names of the token roles",
    params: {},
    ops: {
      list: op({
        summary: "list the token roles",
        answers: Keys,
        handle: async (_request, cx) => ({ data: { keys: await cx.storage.list("role/") } }),
      }),
    },
  }),
  path("roles/{role_name}", {
    summary: "manage token roles",
    params: { role_name: folded("case", "name of the role; case does not matter") },
    exists: async ({ params }, cx) => (await readRole(cx.storage, params.role_name)) !== undefined,
    ops: {
      read: op({
        summary: "read a token role",
        answers: RoleShown,
        handle: async ({ params, given }, cx) => {
          const role = await readRole(cx.storage, params.role_name);
          return role && { data: shown(role, given.role_name) };
        },
      }),
      update: op({
        summary: "create or change a token role",
        answers: "nothing",
        input: RoleInput,
        handle: async ({ params, given, input }, cx) => {
          const address = cx.storage.at(roleKey(params.role_name));
          const role = await change<StoredRole>(cx.storage, address, (entry) => {
            const before = entry ? fromSealed<StoredRole>(entry.body) : { ...NEW_ROLE, name: given.role_name };
            const after = mergeRole(before, input);
            return { op: "put", body: toSealed(after), result: after };
          });
          const max = role.fields.token_explicit_max_ttl;
          const warnings = doubles(input);
          if (max > cx.mount.maxTtl) {
            warnings.push(
              `Given explicit max TTL of ${max} is greater than system/mount allowed value of ${cx.mount.maxTtl} seconds; until this is fixed attempting to create tokens against this role will result in an error`,
            );
          }
          return warnings.length === 0 ? undefined : { warnings };
        },
      }),
      delete: op({
        summary: "delete a token role",
        answers: "nothing",
        handle: async ({ params }, cx) => {
          await cx.storage.write([{ op: "delete", address: cx.storage.at(roleKey(params.role_name)), when: "any" }]);
          return undefined;
        },
      }),
    },
  }),
];
