import { z } from "zod";
import { type BackendContext, folded, invalidRequest } from "../../framework/index.ts";
import { recordPaths } from "../../framework/records.ts";
import { uuid } from "../../std/random.ts";
import { nextRole, type RoleInput, roleShape } from "./role-rules.ts";
import { changeRole, findRole, listRoles, RoleShown, readRole, removeRole } from "./roles.ts";
import { purge } from "./secret-ids.ts";

/** `role` and `role/:role_name`: whole roles. */

export const ROLE_NAME = { role_name: folded("case", "Name of the role; case does not matter.") };
const MOST_BYTES = 4096;

const write = async (name: string, input: RoleInput, cx: BackendContext): Promise<readonly string[]> => {
  if (Buffer.byteLength(name) > MOST_BYTES)
    throw invalidRequest(`role_name is longer than maximum of ${MOST_BYTES} bytes`);
  const fresh = { key: uuid(cx.random), roleId: uuid(cx.random) };
  let warnings: readonly string[] = [];
  await changeRole(cx.storage, name, (previous) => {
    const next = nextRole(previous, input, fresh, cx.mount.maxTtl);
    warnings = next.warnings;
    return next.role;
  });
  return warnings;
};

export const rolePaths = recordPaths({
  at: "role/{role_name}",
  params: ROLE_NAME,
  lists: ["role"],
  summary: {
    all: "the roles of this mount",
    one: "a role: what a login must show, and what it gets",
    list: "list roles",
    read: "read a role, without its role id",
    write: "write a role; what is not named stays",
    delete: "delete a role with its secret ids; tokens live on to their end",
  },
  input: z.object(roleShape),
  answers: RoleShown,
  names: (cx) => listRoles(cx.storage),
  find: (name, cx) => findRole(cx.storage, name),
  show: readRole,
  write,
  remove: async (name, cx) => {
    const role = await removeRole(cx.storage, name);
    if (role) await purge(cx.storage, role.key);
  },
});
