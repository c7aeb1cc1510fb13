import { z } from "zod";
import { type BackendContext, folded, invalidRequest } from "../../framework/index.ts";
import { recordPaths } from "../../framework/records.ts";
import { uuid } from "../../std/random.ts";
import { changeBody } from "../../storage/change.ts";
import type { Address, View } from "../../storage/store.ts";
import { nextRole, type Role, type RoleInput, RoleShown, roleShape, showRole, storedRole } from "./role-rules.ts";

/** `role` and `role/:name`. Names are lower case, in a login too. */

/** `name` as the path table folds it. */
export const roleAddress = (storage: View, name: string): Address => storage.at(`role/${name}`);

export const findRole = async (storage: View, name: string): Promise<Role | undefined> => {
  const entry = await storage.get(roleAddress(storage, name));
  return entry && storedRole.parse(entry.body);
};

const MOST_BYTES = 512;

const write = async (name: string, input: RoleInput, cx: BackendContext): Promise<readonly string[]> => {
  if (name.length > MOST_BYTES) throw invalidRequest(`name is longer than maximum of ${MOST_BYTES} bytes`);
  const freshId = uuid(cx.random);
  let warnings: readonly string[] = [];
  await changeBody(cx.storage, roleAddress(cx.storage, name), storedRole, (previous) => {
    const next = nextRole(previous, input, freshId, cx.mount.maxTtl);
    warnings = next.warnings;
    return next.role;
  });
  return warnings;
};

export const rolePaths = recordPaths({
  at: "role/{name}",
  params: { name: folded("case", "Name of the role; case does not matter.") },
  lists: ["role"],
  summary: {
    all: "the roles of this mount",
    one: "a role: what a token must say, and what its bearer gets",
    list: "list roles",
    read: "read a role",
    write: "write a role; what is not named stays, except that its type becomes `oidc`",
    delete: "delete a role; its tokens cannot be renewed any more",
  },
  input: z.object(roleShape),
  answers: RoleShown,
  names: (cx) => cx.storage.list("role/"),
  find: (name, cx) => findRole(cx.storage, name),
  show: showRole,
  write,
  remove: (name, cx) => cx.storage.write([{ op: "delete", address: roleAddress(cx.storage, name), when: "any" }]),
});
