import { z } from "zod";
import type { Core } from "../../core/core.ts";
import type { Mount } from "../../core/mounts/mount.ts";
import { knownOrRefused } from "../../core/request/authorise.ts";
import { canonicalPattern } from "../../core/request/canonical.ts";
import { callerOf, ownRequest } from "../../core/request/context.ts";
import type { KnownToken } from "../../core/tokens/types.ts";
import { type BackendContext, Keys, op, path, permissionDenied } from "../../framework/index.ts";
import { respell } from "../../policy/folding.ts";
import type { Acl } from "../../policy/index.ts";
import { reaches, resultantAcl } from "../../policy/resultant.ts";
import { cut } from "../../std/shown.ts";
import { MountPublic, MountShown, mountInfo, publicInfo, shownPath } from "./mount-info.ts";
import { asMountPath } from "./mounts.ts";

/**
 * `sys/internal/ui`: what the caller's policies let it see. These endpoints check the token themselves, because they
 * answer some questions without a token, and the rest to any token, even one whose policies have no rule for them.
 *
 * Security: a mount out of the caller's reach gets the same answer as one that does not exist.
 */

/** The token of a request to an open endpoint; nothing where none was sent. Spends no use. */
export const bearer = async (core: Core, cx: BackendContext): Promise<KnownToken | undefined> => {
  const { decoded, trail, read } = ownRequest(cx);
  if (!decoded.token) return undefined;
  return knownOrRefused(core, { decoded, read, snapshot: await core.config.snapshot() }, trail);
};

export const aclOf = (core: Core, known: KnownToken): Promise<Acl> => core.policies.acl(known.policies, known.entity);

/** Mounts in full for a token, in brief without one. */
const Grouped = z.object({
  secret: z.record(z.string(), z.union([MountShown, MountPublic])),
  auth: z.record(z.string(), z.union([MountShown, MountPublic])),
});
const Rule = z.object({
  capabilities: z.array(z.string()),
  required_parameters: z.array(z.string()).optional(),
  allowed_parameters: z.record(z.string(), z.array(z.unknown())).optional(),
  denied_parameters: z.record(z.string(), z.array(z.unknown())).optional(),
  min_wrapping_ttl: z.number().optional(),
  max_wrapping_ttl: z.number().optional(),
});
const ResultantAcl = z.object({
  root: z.boolean(),
  exact_paths: z.record(z.string(), Rule).optional(),
  glob_paths: z.record(z.string(), Rule).optional(),
  segment_paths: z.record(z.string(), Rule).optional().describe("rules with `+` segments, where there are any"),
});

const grouped = <T extends ReturnType<typeof mountInfo> | ReturnType<typeof publicInfo>>(
  mounts: readonly Mount[],
  show: (mount: Mount) => T,
) => {
  const of = (kind: Mount["kind"]) =>
    Object.fromEntries(mounts.filter((mount) => mount.kind === kind).map((mount) => [shownPath(mount), show(mount)]));
  return { data: { secret: of("secret"), auth: of("auth") } };
};

export const internalUiPaths = (core: Core) => {
  const mounts = async (): Promise<readonly Mount[]> => [...(await core.config.snapshot()).mounts.values()];
  const isPublic = (mount: Mount): boolean => mount.config.listingVisibility === "unauth";

  const all = async (cx: BackendContext) => {
    const known = await bearer(core, cx);
    if (!known) return grouped((await mounts()).filter(isPublic), publicInfo);
    const acl = await aclOf(core, known);
    return grouped(
      (await mounts()).filter((mount) => reaches(acl, mount.info.path)),
      mountInfo,
    );
  };

  const one = async (given: string, cx: BackendContext) => {
    const known = await bearer(core, cx);
    if (!known) throw permissionDenied("no token");
    const where = asMountPath(given);
    const mount = core.config.mountFor(await core.config.snapshot(), where);
    if (!mount || !reaches(await aclOf(core, known), mount.info.path)) {
      const wire = `preflight capability check returned 403, please ensure client's policies grant access to path "${cut(where)}"`;
      throw permissionDenied("mount is out of the token's reach", wire);
    }
    return { data: { ...mountInfo(mount), path: shownPath(mount) } };
  };

  /** Patterns in their canonical spelling: where names fold, a rule for `Admin` shows as one for `admin`. */
  const resultant = async (acl: Acl) => {
    const snapshot = await core.config.snapshot();
    return resultantAcl(respell(acl, (pattern) => canonicalPattern(core, snapshot, pattern)));
  };

  const open = { access: "unauthenticated" } as const;
  return [
    path("internal/ui/mounts", {
      summary: "mounts the caller can reach",
      looksAtToken: true,
      params: {},
      ops: {
        read: op({
          ...open,
          summary: "list the mounts the caller can reach; without a token, those listed for everyone",
          answers: Grouped,
          handle: (_request, cx) => all(cx),
        }),
      },
    }),
    path("internal/ui/mounts/{path+}", {
      summary: "the mount that serves a path",
      looksAtToken: true,
      params: { path: "any path in a mount" },
      ops: {
        read: op({
          ...open,
          summary: "describe the mount of a path",
          answers: MountShown.extend({ path: z.string() }),
          handle: ({ params }, cx) => one(params.path, cx),
        }),
      },
    }),
    path("internal/ui/resultant-acl", {
      summary: "the caller's effective policies",
      params: {},
      ops: {
        read: op({
          summary: "show the caller's rules",
          answers: ResultantAcl,
          handle: async (_request, cx) => ({ data: await resultant(await aclOf(core, callerOf(cx))) }),
        }),
      },
    }),
    path("internal/ui/namespaces", {
      summary: "namespaces: none",
      params: {},
      ops: {
        read: op({
          ...open,
          summary: "list no namespaces",
          answers: Keys,
          handle: async () => ({ data: { keys: [] } }),
        }),
      },
    }),
    path("internal/ui/feature-flags", {
      summary: "feature flags of the web page: none",
      params: {},
      ops: {
        read: op({
          ...open,
          summary: "list no flags",
          answers: { bare: z.object({ feature_flags: z.array(z.string()) }) },
          handle: async () => ({ bare: { feature_flags: [] } }),
        }),
      },
    }),
  ];
};
