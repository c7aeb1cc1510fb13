import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { lockedNames, unlockName } from "../../core/login/lockout.ts";
import { field, folded, op, path } from "../../framework/index.ts";
import { FOLDS } from "../../std/fold.ts";

/** `sys/locked-users`: who is locked out of logging in, and unlocking them. */

interface LockedAt {
  readonly mount_accessor: string;
  readonly counts: number;
  readonly alias_identifiers: readonly string[] | null;
}

const lockedAt = async (core: Core, accessor: string): Promise<LockedAt> => {
  const names = await lockedNames(core, accessor);
  return { mount_accessor: accessor, counts: names.length, alias_identifiers: names.length > 0 ? names : null };
};

const authAccessors = async (core: Core): Promise<readonly string[]> => {
  const { mounts } = await core.config.snapshot();
  return [...mounts.values()].filter(({ kind }) => kind === "auth").map(({ info }) => info.accessor);
};

const LockedUsers = z.object({
  total: z.number(),
  by_namespace: z.array(
    z.object({
      namespace_id: z.string(),
      namespace_path: z.string(),
      counts: z.number(),
      mount_accessors: z.array(
        z.object({
          mount_accessor: z.string(),
          counts: z.number(),
          alias_identifiers: z.array(z.string()).nullable(),
        }),
      ),
    }),
  ),
});

/** A mount that is asked for by name is shown even if nobody is locked there. */
const summary = async (core: Core, asked: string | undefined) => {
  const accessors = asked ? [asked] : await authAccessors(core);
  const all = await Promise.all(accessors.map((accessor) => lockedAt(core, accessor)));
  const shown = asked ? all : all.filter(({ counts }) => counts > 0).sort((a, b) => b.counts - a.counts);
  const total = shown.reduce((sum, { counts }) => sum + counts, 0);
  const namespace = { namespace_id: "root", namespace_path: "", counts: total, mount_accessors: shown };
  return { total, by_namespace: shown.length > 0 ? [namespace] : [] };
};

export const lockedUsersPaths = (core: Core) => [
  path("locked-users", {
    summary: "who is locked out",
    params: {},
    ops: {
      read: op({
        summary: "count and name the locked users, by mount",
        answers: LockedUsers,
        input: z.object({ mount_accessor: field.text("Accessor of one mount.") }),
        handle: async ({ input }) => ({ data: await summary(core, input.mount_accessor) }),
      }),
    },
  }),
  path("locked-users/{mount_accessor:any}/unlock/{alias_identifier+}", {
    summary: "a user that may be locked out",
    params: {
      mount_accessor: "Accessor of the mount.",
      alias_identifier: folded("case", "Name the method knows the user by; case does not matter."),
    },
    ops: {
      update: op({
        summary: "unlock a user and forget the failures",
        answers: "nothing",
        handle: async ({ params, given }) => {
          const { mount_accessor: accessor, alias_identifier: name } = params;
          // A method may tell apart names that are one name here; all of them are unlocked, whichever spelling was
          // sent.
          const locked = (await lockedNames(core, accessor)).filter((one) => FOLDS.case(one) === name);
          for (const one of new Set([name, given.alias_identifier, ...locked])) await unlockName(core, accessor, one);
          return undefined;
        },
      }),
    },
  }),
];
