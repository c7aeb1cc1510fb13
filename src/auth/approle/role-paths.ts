import { z } from "zod";
import { folded, invalidRequest, Keys, op, path } from "../../framework/index.ts";
import { uuid } from "../../std/random.ts";
import { nextRole, type RoleInput, roleShape } from "./role-rules.ts";
import { changeRole, findRole, listRoles, RoleShown, readRole, removeRole } from "./roles.ts";
import { purge } from "./secret-ids.ts";

/** `role` and `role/:role_name`: whole roles. */

export const ROLE_NAME = { role_name: folded("case", "Name of the role; case does not matter.") };
const MOST_BYTES = 4096;

const write = op<"role/{role_name}", RoleInput, "nothing">({
  summary: "write a role; what is not named stays",
  answers: "nothing",
  input: z.object(roleShape),
  handle: async ({ params, input }, cx) => {
    const name = params.role_name;
    if (Buffer.byteLength(name) > MOST_BYTES)
      throw invalidRequest(`role_name is longer than maximum of ${MOST_BYTES} bytes`);
    const fresh = { key: uuid(cx.random), roleId: uuid(cx.random) };
    let warnings: readonly string[] = [];
    await changeRole(cx.storage, name, (previous) => {
      const next = nextRole(previous, input, fresh, cx.mount.maxTtl);
      warnings = next.warnings;
      return next.role;
    });
    return warnings.length > 0 ? { warnings } : undefined;
  },
});

export const rolePaths = [
  path("role", {
    summary: "the roles of this mount",
    params: {},
    ops: {
      list: op({
        summary: "list roles",
        answers: Keys,
        handle: async (_, cx) => ({ data: { keys: await listRoles(cx.storage) } }),
      }),
    },
  }),
  path("role/{role_name}", {
    summary: "a role: what a login must show, and what it gets",
    params: ROLE_NAME,
    exists: async ({ params }, cx) => (await findRole(cx.storage, params.role_name)) !== undefined,
    ops: {
      update: write,
      read: op({
        summary: "read a role, without its role id",
        answers: RoleShown,
        handle: async ({ params }, cx) => {
          const role = await findRole(cx.storage, params.role_name);
          return role && { data: readRole(role) };
        },
      }),
      delete: op({
        summary: "delete a role with its secret ids; tokens live on to their end",
        answers: "nothing",
        handle: async ({ params }, cx) => {
          const role = await removeRole(cx.storage, params.role_name);
          if (role) await purge(cx.storage, role.key);
          return undefined;
        },
      }),
    },
  }),
];
