import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { folded, invalidRequest, op, path } from "../../framework/index.ts";
import { as, type MountPath } from "../../std/brand.ts";
import { cut, shown } from "../../std/shown.ts";
import { trimSlashes } from "../../std/slashes.ts";
import { disable, Leaving } from "./mount-disable.ts";
import { enable } from "./mount-enable.ts";
import { MountShown, mountInfo } from "./mount-info.ts";
import { EnableInput } from "./mount-input.ts";

/** `sys/mounts`: secrets engines, listed, enabled, described and disabled. `tune.ts` has what can be changed. */

const RESERVED = ["sys/", "auth/", "cubbyhole/", "identity/", "audit/"];
const NOT_MOUNTABLE = new Set(["system", "cubbyhole", "identity", "token"]);
/** Names that a mount may not have, because they mean something else below `sys/mounts/`. */
const PROTECTED = ["sys/", "cubbyhole/", "identity/", "auth/token/"];

export const isReserved = (mountPath: string): boolean => RESERVED.some((prefix) => mountPath.startsWith(prefix));

/** With exactly one slash at the end and none in front. */
export const asMountPath = (text: string): MountPath => as<MountPath>(`${trimSlashes(text)}/`);

export const mountsPaths = (core: Core) => [
  path("mounts", {
    summary: "all secrets engines",
    dataInFront: true,
    params: {},
    ops: {
      read: op({
        summary: "list the secrets engines with their settings",
        answers: z.record(z.string(), MountShown),
        handle: async () => {
          const { mounts } = await core.config.snapshot();
          const shown = [...mounts.values()].filter((mount) => mount.kind === "secret");
          shown.sort((a, b) => (a.info.path < b.info.path ? -1 : 1));
          return { data: Object.fromEntries(shown.map((mount) => [mount.info.path, mountInfo(mount)])) };
        },
      }),
    },
  }),
  path("mounts/{path+}", {
    summary: "a secrets engine",
    dataInFront: true,
    params: { path: folded("mount", "where it is mounted") },
    ops: {
      read: op({
        summary: "describe a mount",
        answers: MountShown,
        handle: async ({ params }) => {
          const where = asMountPath(params.path);
          const mount = (await core.config.snapshot()).mounts.get(where);
          if (!mount) throw invalidRequest(`No secret engine mount at ${cut(where)}`);
          return { data: mountInfo(mount) };
        },
      }),
      update: op({
        summary: "enable a secrets engine",
        answers: "nothing",
        input: EnableInput,
        handle: async ({ params, input }) => {
          const where = asMountPath(params.path);
          await enable(core, "secret", where, input, (type) => {
            if (NOT_MOUNTABLE.has(type)) throw invalidRequest(`mount type of ${shown(type)} is not mountable`);
            if (isReserved(where)) throw invalidRequest(`cannot mount "${cut(where)}"`);
          });
          return undefined;
        },
      }),
      delete: op({
        summary: "disable a secrets engine: its leases are revoked, its data is destroyed",
        answers: [Leaving, "nothing"],
        handle: async ({ params }) => {
          const where = asMountPath(params.path);
          if (PROTECTED.includes(where)) throw invalidRequest(`cannot unmount "${cut(where)}"`);
          const mount = (await core.config.snapshot()).mounts.get(where);
          // An auth method is disabled where it is enabled: that needs sudo.
          if (mount?.kind === "auth") throw invalidRequest(`cannot unmount "${cut(where)}"`);
          return disable(core, mount);
        },
      }),
    },
  }),
];
