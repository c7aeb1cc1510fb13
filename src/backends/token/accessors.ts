import type { Core } from "../../core/core.ts";
import { beginTidy } from "../../core/leases/tidy.ts";
import { Keys, op, path, TIDY_RUNNING, TIDY_STARTED } from "../../framework/index.ts";

/** `auth/token/accessors` and `tidy`: the accessors of all living tokens, and cleaning up after ended ones. */

export const accessorPaths = (core: Core) => [
  path("accessors", {
    summary: "accessors of every living token",
    params: {},
    ops: {
      list: op({
        summary: "list the accessors of all tokens",
        answers: Keys,
        access: "sudo",
        handle: async () => ({ data: { keys: await core.tokens.accessors() } }),
      }),
    },
  }),
  path("tidy", {
    summary: "clean up after tokens that have ended",
    params: {},
    ops: {
      update: op({
        summary: "clean up after tokens that have ended",
        answers: "nothing",
        handle: async () => {
          return { status: 202, warnings: [(await beginTidy(core)) ? TIDY_STARTED : TIDY_RUNNING] };
        },
      }),
    },
  }),
];
