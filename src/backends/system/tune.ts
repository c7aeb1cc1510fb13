import type { Snapshot } from "../../core/config/types.ts";
import type { Core } from "../../core/core.ts";
import type { Mount } from "../../core/mounts/mount.ts";
import { changeMounts, mountWrite } from "../../core/mounts/table.ts";
import { isLockable, versionsOf } from "../../core/mounts/types.ts";
import { invalidRequest, op, path } from "../../framework/index.ts";
import type { MountPath } from "../../std/brand.ts";
import { cut } from "../../std/shown.ts";
import { TuneShown, tuneInfo } from "./mount-info.ts";
import { asMountPath } from "./mounts.ts";
import { type TuneGiven, TuneInput, tuned } from "./tune-input.ts";

/**
 * `sys/mounts/<path>/tune` and `sys/auth/<path>/tune`: the settings of a mount that are in effect.
 *
 * Security: the path is the mount's own. A longer one would find the same mount, but policies for that mount would not
 * apply to it.
 */

/** Types of secrets mounts that are never tuned. */
const FIXED = new Set(["system", "cubbyhole", "identity"]);

export const tunePaths = (core: Core) => {
  const mountAt = ({ mounts }: Snapshot, where: MountPath): Mount | undefined => mounts.get(where);

  const show = async (where: MountPath) => {
    const mount = mountAt(await core.config.snapshot(), where);
    if (!mount) throw invalidRequest(`cannot fetch sysview for path "${cut(where)}"`);
    return { data: tuneInfo(mount) };
  };

  const tune = async (where: MountPath, given: TuneGiven) => {
    const found = mountAt(await core.config.snapshot(), where);
    if (found && FIXED.has(found.info.type)) {
      const parameter = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
      if (parameter !== undefined) throw invalidRequest(`cannot tune parameter ${parameter} of ${cut(where)}`);
    }
    let warnings: readonly string[] = [];
    await changeMounts(core, async (snapshot) => {
      const mount = mountAt(snapshot, where);
      if (!mount) throw invalidRequest(`tune of path "${cut(where)}" failed: no mount entry found`);
      const { kind, info } = mount;
      const result = tuned(mount, given, {
        versions: versionsOf(core.catalog, kind, info.type),
        lockable: isLockable(core.catalog, kind, info.type),
      });
      warnings = result.warnings;
      return [await mountWrite(core, result.mount, "present")];
    });
    return warnings.length > 0 ? { data: null, warnings } : undefined;
  };

  return [
    path("mounts/{path+}/tune", {
      summary: "settings of a mount",
      dataInFront: true,
      params: { path: "where it is mounted; auth methods with auth/ in front" },
      ops: {
        read: op({
          summary: "show the effective settings",
          answers: TuneShown,
          handle: ({ params }) => show(asMountPath(params.path)),
        }),
        update: op({
          summary: "change settings",
          answers: "nothing",
          input: TuneInput,
          handle: ({ params, input }) => tune(asMountPath(params.path), input),
        }),
      },
    }),
    path("auth/{path+}/tune", {
      summary: "settings of an auth method",
      dataInFront: true,
      params: { path: "where it is mounted, without auth/" },
      ops: {
        read: op({
          summary: "show the effective settings",
          answers: TuneShown,
          access: "sudo",
          handle: ({ params }) => show(asMountPath(`auth/${params.path}`)),
        }),
        update: op({
          summary: "change settings",
          answers: "nothing",
          access: "sudo",
          input: TuneInput,
          handle: ({ params, input }) => tune(asMountPath(`auth/${params.path}`), input),
        }),
      },
    }),
  ];
};
