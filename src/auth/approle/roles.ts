import { z } from "zod";
import { readTokenFields, shownTokenShape } from "../../framework/token-params.ts";
import { change, leave } from "../../storage/change.ts";
import type { Address, Delete, Put, View, Write } from "../../storage/store.ts";
import { mistake, type Role, storedRole } from "./role-rules.ts";

/**
 * Roles as stored: one entry by name, and one that finds it by role id. Both are written together, so a
 * role id leads to one role or to none.
 */

/** What a role id leads to. */
export interface RolePlace {
  readonly name: string;
  /** The role's key: names its secret ids without reading it. */
  readonly key: string;
}
const storedPlace = z.object({ name: z.string(), key: z.string() });

/** `name` as the path table folds it. */
export const roleAddress = (storage: View, name: string): Address => storage.at(`role/${name}`);

/** Role ids are any text: a tag keeps them out of the path. */
export const roleIdAddress = (storage: View, roleId: string): Address =>
  storage.at(`role-id/${storage.tag(`role-id\n${roleId}`)}`);

export const findRole = async (storage: View, name: string): Promise<Role | undefined> => {
  const entry = await storage.get(roleAddress(storage, name));
  return entry && storedRole.parse(entry.body);
};

export const placeOf = async (storage: View, roleId: string): Promise<RolePlace | undefined> => {
  const entry = await storage.get(roleIdAddress(storage, roleId));
  return entry && storedPlace.parse(entry.body);
};

export const listRoles = (storage: View): Promise<readonly string[]> => storage.list("role/");

const busy = { reason: "too many concurrent writes of one role" };

/** What finds a role by its role id; nothing to write while the role id stays. */
const indexed = (storage: View, name: string, previous: Role | undefined, next: Role): Put | undefined => {
  if (previous?.role_id === next.role_id) return undefined;
  const body = { name, key: next.key };
  return { op: "put", address: roleIdAddress(storage, next.role_id), body, when: "absent" };
};

const unindexed = (storage: View, { role_id: id }: Role): Delete => ({
  op: "delete",
  address: roleIdAddress(storage, id),
  when: "any",
});

/**
 * Replaces a role by what `make` makes of it; `undefined` writes nothing. `make` may run again when writes race.
 * Throws `role_id already in use`.
 */
export const changeRole = (
  storage: View,
  name: string,
  make: (previous: Role | undefined) => Role | undefined,
): Promise<void> =>
  change<void>(
    storage,
    roleAddress(storage, name),
    (entry) => {
      const previous = entry && storedRole.parse(entry.body);
      const body = make(previous);
      if (!body) return leave(undefined);
      const index = indexed(storage, name, previous, body);
      const also = index ? [index, ...(previous ? [unindexed(storage, previous)] : [])] : [];
      const refusal = (lost: Write) => (lost === index ? mistake("role_id already in use") : undefined);
      return { op: "put", body, also, refusal, result: undefined };
    },
    { busy },
  );

/** Removes a role and its role id; answers the role there was. Its secret ids are good for nothing from then on. */
export const removeRole = (storage: View, name: string): Promise<Role | undefined> =>
  change<Role | undefined>(
    storage,
    roleAddress(storage, name),
    (entry) => {
      if (!entry) return leave(undefined);
      const role = storedRole.parse(entry.body);
      return { op: "delete", also: [unindexed(storage, role)], result: role };
    },
    { busy },
  );

/** What a read shows: neither the role id nor the key. */
export const RoleShown = z.object({
  bind_secret_id: z.boolean(),
  local_secret_ids: z.boolean(),
  secret_id_bound_cidrs: z.array(z.string()).nullable(),
  secret_id_num_uses: z.number(),
  secret_id_ttl: z.number(),
  ...shownTokenShape,
});

export const readRole = (role: Role): z.output<typeof RoleShown> => ({
  bind_secret_id: role.bind_secret_id,
  local_secret_ids: role.local_secret_ids,
  secret_id_bound_cidrs: role.secret_id_bound_cidrs,
  secret_id_num_uses: role.secret_id_num_uses,
  secret_id_ttl: role.secret_id_ttl,
  ...readTokenFields(role),
});
