import type { z } from "zod";
import { op, type Path, path, VaultError } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { ROLE_NAME } from "./role-paths.ts";
import { checkConstraint, type Role } from "./role-rules.ts";
import { changeRole, findRole } from "./roles.ts";

/** A path for a single field of a role: read, written and reset on its own. */

/** One field with a path of its own. */
export interface RoleField<In, Out extends z.ZodType> {
  readonly name: string;
  readonly summary: string;
  readonly input: z.ZodType<In>;
  readonly answers: Out;
  readonly read: (role: Role) => z.output<Out>;
  readonly warning?: string;
  /** The role after the write. Throws `missing …` where the value is not given. */
  readonly set: (role: Role, input: In, mountMax: Seconds) => Role;
  readonly reset?: (role: Role) => Role;
}

const notThere = (): VaultError => new VaultError("unsupported_path", { wire: "unsupported path", multi: true });

/** The path of a field. Without its role, there is no path to write, nothing to reset, and a read finds nothing. */
export const fieldPath = <In, Out extends z.ZodType>(one: RoleField<In, Out>): Path => {
  const answers: z.ZodType = one.answers;
  return path(`role/{role_name}/${one.name}` as "role/{role_name}/x", {
    summary: one.summary,
    params: ROLE_NAME,
    ops: {
      read: op({
        summary: "read this field of a role",
        answers,
        handle: async ({ params }, cx) => {
          const role = await findRole(cx.storage, params.role_name);
          return role && { data: one.read(role), warnings: one.warning === undefined ? [] : [one.warning] };
        },
      }),
      update: op({
        summary: "set this field of a role",
        answers: "nothing",
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
      ...(one.reset && { delete: resetOp(one.reset) }),
    },
  });
};

const resetOp = (reset: (role: Role) => Role) =>
  op<"role/{role_name}/x", unknown, "nothing">({
    summary: "set this field of a role back to its default",
    answers: "nothing",
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
