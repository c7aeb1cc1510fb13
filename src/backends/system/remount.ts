import { z } from "zod";
import type { Snapshot } from "../../core/config/types.ts";
import type { Core } from "../../core/core.ts";
import type { Mount } from "../../core/mounts/mount.ts";
import { migrationStatus, remount } from "../../core/mounts/remount.ts";
import { rightsOf } from "../../core/request/rights.ts";
import { field, invalidRequest, op, path } from "../../framework/index.ts";
import { cut } from "../../std/shown.ts";
import { trimSlashes } from "../../std/slashes.ts";
import { PATIENCE_MS } from "./mount-disable.ts";
import { isAlwaysThere } from "./mount-info.ts";
import { asMountPath, isReserved } from "./mounts.ts";

/**
 * `sys/remount`: moves a mount with everything it holds, and tells how far the move is. Both ends are named in the
 * body; where a policy denies changing a path, nothing can be moved from it or to it.
 */

const QUEUED =
  "Mount move has been queued. Progress will be reported in Vault's server log, tagged with the returned migration_id";

const Migration = z.object({
  migration_id: z.string(),
  migration_info: z.object({ source_mount: z.string(), target_mount: z.string(), status: z.string() }),
});

const checkSpaces = (text: string, name: string): void => {
  if (text !== text.trim()) throw invalidRequest(`'${name}' path cannot contain trailing whitespace`);
};

/** A destination must be what it says: no doubled slashes, no dot segments. */
const checkClean = (text: string): void => {
  const given = `${trimSlashes(text)}/`;
  const segments = given.split("/").filter((part) => part !== "" && part !== ".");
  const clean = `${segments.join("/")}/`;
  if (given !== clean || segments.includes("..") || segments.length === 0) {
    throw invalidRequest(`invalid destination mount: path '${cut(given)}' does not match cleaned path '${cut(clean)}'`);
  }
};

const checkTarget = (mount: Mount | undefined, from: string, to: string): void => {
  if (from.startsWith("auth/")) {
    if (!to.startsWith("auth/")) throw invalidRequest(`cannot remount auth mount to non-auth mount "${cut(to)}"`);
    if (to.startsWith("auth/token/")) throw invalidRequest(`cannot remount to destination "${cut(to)}"`);
    if (to === "auth/") throw invalidRequest(`cannot remount to destination ${cut(to)}`);
  } else if (isReserved(to)) throw invalidRequest(`cannot remount to destination ${cut(to)}`);
  if (mount && isAlwaysThere(mount)) throw invalidRequest(`cannot remount "${cut(from)}"`);
};

/** The paths by which a mount at this path is made, changed and removed. */
const mountPathOf = (at: string): string => {
  const bare = at.replace(/\/$/, "");
  return bare.startsWith("auth/") ? `sys/${bare}` : `sys/mounts/${bare}`;
};

const source = (snapshot: Snapshot, from: string): Mount | undefined => snapshot.mounts.get(asMountPath(from));

export const remountPaths = (core: Core) => [
  path("remount", {
    summary: "move a mount",
    dataInFront: true,
    params: {},
    ops: {
      update: op({
        summary: "move a mount to another path; its leases are revoked, its data is kept",
        answers: z.object({ migration_id: z.string() }),
        access: "sudo",
        input: z.object({ from: field.text("path of the mount"), to: field.text("its new path") }),
        handle: async ({ input }, cx) => {
          const { from = "", to = "" } = input;
          if (from === "" || to === "") throw invalidRequest("both 'from' and 'to' path must be specified as a string");
          checkSpaces(from, "from");
          checkSpaces(to, "to");
          checkClean(to);
          const [source_, target] = [asMountPath(from), asMountPath(to)];
          checkTarget(source(await core.config.snapshot(), from), source_, target);
          const rights = await rightsOf(core, cx);
          rights.respect([mountPathOf(source_)], "delete");
          rights.respect([mountPathOf(target)], "update");
          const id = await remount(core, source_, target, core.clock.now() + PATIENCE_MS);
          return { data: { migration_id: id }, warnings: [QUEUED] };
        },
      }),
    },
  }),
  path("remount/status/{migration_id}", {
    summary: "the progress of a move",
    params: { migration_id: "id that the move answered" },
    ops: {
      read: op({
        summary: "show the state of a move, and continue it",
        answers: Migration,
        handle: async ({ params }) => {
          const job = await core.jobs.find(params.migration_id);
          if (job?.kind !== "remount") return undefined;
          const now = (await core.jobs.run(job.id, core.clock.now() + PATIENCE_MS)) ?? job;
          return {
            data: {
              migration_id: job.id,
              migration_info: {
                source_mount: String(job.input["from"]),
                target_mount: String(job.input["to"]),
                status: migrationStatus(now),
              },
            },
          };
        },
      }),
    },
  }),
];
