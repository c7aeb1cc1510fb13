import { z } from "zod";
import { VAULT_VERSION } from "../../contract/version.ts";
import type { Core } from "../../core/core.ts";
import type { Mount } from "../../core/mounts/mount.ts";
import { backendOf } from "../../core/request/context.ts";
import { type Backend, type BackendContext, field, op, path } from "../../framework/index.ts";
import { type OpenApiMount, openApiDocument } from "../../framework/openapi.ts";
import { reaches } from "../../policy/resultant.ts";
import { aclOf, bearer } from "./internal-ui.ts";

/** `sys/internal/specs/openapi`: what the caller can reach, as an OpenAPI document. */

/** An OpenAPI 3 document. */
const Document = z.object({
  openapi: z.string(),
  info: z.record(z.string(), z.unknown()),
  paths: z.record(z.string(), z.unknown()),
  components: z.record(z.string(), z.unknown()),
});

const input = z.object({
  generic_mount_paths: field.flag("name mounts by a parameter and each type once"),
  context: field.text("not used"),
});

/** A mount's path with a parameter in place of its name; the system backend keeps its path. */
const genericPath = ({ kind, info }: Mount): string =>
  info.type === "system" ? info.path : `${kind === "auth" ? "auth/" : ""}{${info.type}_mount_path}/`;

export const openApiPaths = (core: Core) => {
  const document = async (generic: boolean, cx: BackendContext) => {
    const known = await bearer(core, cx);
    const acl = known && (await aclOf(core, known));
    const seen = new Set<Backend>();
    const shown: OpenApiMount[] = [];
    const mounts = [...(await core.config.snapshot()).mounts.values()];
    for (const mount of mounts.filter(({ info }) => acl !== undefined && reaches(acl, info.path))) {
      const backend = await backendOf(core, mount);
      if (!backend || (generic && seen.has(backend))) continue;
      seen.add(backend);
      shown.push({ path: generic ? genericPath(mount) : mount.info.path, backend });
    }
    return { bare: openApiDocument(shown, VAULT_VERSION) };
  };
  const definition = {
    summary: "document what the caller can reach",
    answers: { bare: Document },
    access: "unauthenticated",
    input,
    handle: ({ input: given }: { readonly input: z.output<typeof input> }, cx: BackendContext) =>
      document(given.generic_mount_paths ?? false, cx),
  } as const;
  return [
    path("internal/specs/openapi", {
      summary: "the API as an OpenAPI document",
      looksAtToken: true,
      params: {},
      ops: { read: op(definition), update: op(definition) },
    }),
  ];
};
