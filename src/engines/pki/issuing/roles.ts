import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import { change } from "../../../storage/change.ts";
import { findIndex, issuerIdOf, refOf } from "../authorities/index-entry.ts";
import { roleAddress } from "../model.ts";
import { NEW_ROLE, type Role, StoredRole } from "./role.ts";
import type { RoleInput } from "./role-fields.ts";
import { type MadeRole, makeRole } from "./role-writes.ts";

/** Roles of the mount: found, listed, written, patched, removed. A write replaces the whole role. */

/** The role of a name; `undefined`: none. */
export const findRole = async (name: string, { storage }: BackendContext): Promise<Role | undefined> => {
  const entry = await storage.get(roleAddress(storage, name));
  return entry && StoredRole.parse(entry.body);
};

/** Names of roles, in their order. */
export const listRoles = ({ storage }: BackendContext): Promise<readonly string[]> => storage.list("role/");

/** Warns of an issuer that is not there yet. It is looked up only when it is used, so that its name may move. */
const issuerWarnings = async ({ issuer_ref: ref }: Role, cx: BackendContext): Promise<readonly string[]> => {
  if ("id" in issuerIdOf(await findIndex(cx), refOf(ref))) return [];
  if (ref === "default") {
    return [
      "Issuing Certificate was set to default, but no default issuing certificate (configurable at /config/issuers) is currently set",
    ];
  }
  return [`Issuing Certificate was set to ${cut(ref)} but no issuing certificate currently has that name`];
};

const told = async ({ role, warnings }: MadeRole, cx: BackendContext): Promise<MadeRole> => ({
  role,
  warnings: [...(await issuerWarnings(role, cx)), ...warnings],
});

export const writeRole = async (name: string, input: RoleInput, cx: BackendContext): Promise<MadeRole> => {
  const { storage } = cx;
  const made = makeRole(input, NEW_ROLE);
  await storage.write([{ op: "put", address: roleAddress(storage, name), body: made.role, when: "any" }]);
  return told(made, cx);
};

/** Changes what is given and keeps the rest. Throws for a role that is not there. */
export const patchRole = async (name: string, input: RoleInput, cx: BackendContext): Promise<MadeRole> => {
  const { storage } = cx;
  const made = await change(storage, roleAddress(storage, name), (entry) => {
    if (!entry) throw invalidRequest("Unable to fetch role entry to patch");
    const result = makeRole(input, StoredRole.parse(entry.body));
    return { op: "put", body: result.role, result };
  });
  return told(made, cx);
};

export const removeRole = async (name: string, { storage }: BackendContext): Promise<undefined> => {
  await storage.write([{ op: "delete", address: roleAddress(storage, name), when: "any" }]);
};
