import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { folded, invalidRequest, op, path } from "../../framework/index.ts";
import { cut } from "../../std/shown.ts";
import { disable, Leaving } from "./mount-disable.ts";
import { enable } from "./mount-enable.ts";
import { MountShown, mountInfo, shownPath } from "./mount-info.ts";
import { EnableInput } from "./mount-input.ts";
import { asMountPath } from "./mounts.ts";

/** `sys/auth`: auth methods. All but the list needs sudo. */

export const authPaths = (core: Core) => [
  path("auth", {
    summary: "all auth methods",
    dataInFront: true,
    params: {},
    ops: {
      read: op({
        summary: "list the auth methods with their settings",
        answers: z.record(z.string(), MountShown),
        handle: async () => {
          const { mounts } = await core.config.snapshot();
          const shown = [...mounts.values()].filter((mount) => mount.kind === "auth");
          shown.sort((a, b) => (a.info.path < b.info.path ? -1 : 1));
          return { data: Object.fromEntries(shown.map((mount) => [shownPath(mount), mountInfo(mount)])) };
        },
      }),
    },
  }),
  path("auth/{path+}", {
    summary: "an auth method",
    dataInFront: true,
    params: { path: folded("mount", "where it is mounted, without auth/") },
    ops: {
      read: op({
        summary: "describe an auth method",
        answers: MountShown,
        access: "sudo",
        handle: async ({ params }) => {
          const mount = (await core.config.snapshot()).mounts.get(asMountPath(`auth/${params.path}`));
          if (!mount) throw invalidRequest(`No auth engine at ${cut(asMountPath(params.path))}`);
          return { data: mountInfo(mount) };
        },
      }),
      update: op({
        summary: "enable an auth method",
        answers: "nothing",
        access: "sudo",
        input: EnableInput,
        handle: async ({ params, input }) => {
          await enable(core, "auth", asMountPath(`auth/${params.path}`), input, (type) => {
            if (type === "token") throw invalidRequest("token credential backend cannot be instantiated");
          });
          return undefined;
        },
      }),
      delete: op({
        summary: "disable an auth method: its tokens are revoked, its data is destroyed",
        answers: [Leaving, "nothing"],
        access: "sudo",
        handle: async ({ params }) => {
          const where = asMountPath(`auth/${params.path}`);
          if (where === "auth/token/") throw invalidRequest("token credential backend cannot be disabled");
          return disable(core, (await core.config.snapshot()).mounts.get(where));
        },
      }),
    },
  }),
];
