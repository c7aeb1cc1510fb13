import type { z } from "zod";
import { op, type Path, path, VaultError } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import type { JsonObject } from "../../std/json.ts";
import { ROLE_NAME } from "./role-paths.ts";
import { checkConstraint, type Role } from "./role-rules.ts";
import { changeRole, findRole } from "./roles.ts";

/** A path for a single field of a role: read, written and reset on its own. */

/** One field with a path of its own. */
export interface RoleField<In> {
  readonly name: string;
  readonly summary: string;
  readonly input: z.ZodType<In>;
  readonly read: (role: Role) => JsonObject;
  readonly warning?: string;
  /** The role after the write. Throws `missing …` where the value is not given. */
  readonly set: (role: Role, input: In, mountMax: Seconds) => Role;
  readonly reset?: (role: Role) => Role;
}

const notThere = (): VaultError => new VaultError("unsupported_path", { wire: "unsupported path", multi: true });

/** The path of a field. A role that is not there is no path to write, nothing to reset, and not found. */
export const fieldPath = <In>(one: RoleField<In>): Path =>
  path(`role/{role_name}/${one.name}` as "role/{role_name}/x", {
    summary: one.summary,
    params: ROLE_NAME,
    ops: {
      read: op({
        summary: "Read it.",
        handle: async ({ params }, cx) => {
          const role = await findRole(cx.storage, params.role_name);
          return role && { data: one.read(role), ...(one.warning === undefined ? {} : { warnings: [one.warning] }) };
        },
      }),
      update: op<"role/{role_name}/x", In, unknown>({
        summary: "Set it.",
        input: one.input,
        handle: async ({ params, input }, cx) => {
          await changeRole(cx.storage, params.role_name, (role) => {
            if (!role) throw notThere();
            const next = one.set(role, input, cx.mount.maxTtl);
            checkConstraint(next);
            return next;
          });
          return undefined;
        },
      }),
      ...(one.reset ? { delete: resetOp(one.reset) } : {}),
    },
  });

const resetOp = (reset: (role: Role) => Role) =>
  op<"role/{role_name}/x", unknown, unknown>({
    summary: "Set it back to its default.",
    handle: async ({ params }, cx) => {
      await changeRole(cx.storage, params.role_name, (role) => {
        if (!role) return undefined;
        const next = reset(role);
        checkConstraint(next);
        return next;
      });
      return undefined;
    },
  });
