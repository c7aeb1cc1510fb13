import { op, path } from "../../framework/index.ts";
import { hasKey } from "./keys.ts";
import { keyAndConfig, keyAndVersion, keyOnly, keyParams } from "./prefetch.ts";
import { patchSecret, readSecret, readSubkeys, writeSecret } from "./secrets.ts";
import * as shape from "./shapes.ts";
import { deleteLatest, deleteVersions, destroyVersions, undeleteVersions } from "./versions.ts";
import { wrongPath } from "./wrong-path.ts";

/** The paths of version 2 that read and write versions. A key's path under `data/` never ends in `/`. */

const isFolder = (keyPath: string): boolean => keyPath.endsWith("/");

const data = path<"data/{path+}">("data/{path+}", {
  summary: "the versions of a secret",
  params: keyParams,
  exists: ({ params }, cx) => hasKey(cx.storage, params.path),
  ops: {
    read: op({
      summary: "read the latest version, or the given one",
      input: shape.ReadInput,
      answers: shape.SecretOutput,
      prefetch: keyAndVersion,
      mayBeRecent: true,
      handle: async ({ params, input }, cx) =>
        isFolder(params.path) ? wrongPath("get") : readSecret(params.path, input.version ?? 0, cx),
    }),
    update: op({
      summary: "write a new version",
      input: shape.WriteInput,
      answers: shape.VersionMetadata,
      prefetch: keyAndConfig,
      handle: ({ params, input }, cx) => writeSecret(params.path, input, cx),
    }),
    patch: op({
      summary: "merge into the latest version and write the result as a new one",
      input: shape.PatchInput,
      answers: shape.VersionMetadata,
      prefetch: keyAndConfig,
      handle: ({ params, input }, cx) => patchSecret(params.path, input, cx),
    }),
    delete: op({
      summary: "delete the latest version; it can be undeleted",
      answers: "nothing",
      prefetch: keyOnly,
      handle: async ({ params }, cx) => (isFolder(params.path) ? wrongPath("delete") : deleteLatest(params.path, cx)),
    }),
  },
});

const remove = path("delete/{path+}", {
  summary: "deletion of versions",
  params: keyParams,
  ops: {
    update: op({
      summary: "delete versions; they can be undeleted",
      answers: "nothing",
      input: shape.VersionsInput,
      prefetch: keyOnly,
      handle: ({ params, input }, cx) => deleteVersions(params.path, input.versions, cx),
    }),
  },
});

const undelete = path("undelete/{path+}", {
  summary: "undeletion of versions",
  params: keyParams,
  ops: {
    update: op({
      summary: "make deleted versions readable again",
      answers: "nothing",
      input: shape.VersionsInput,
      prefetch: keyAndConfig,
      handle: ({ params, input }, cx) => undeleteVersions(params.path, input.versions, cx),
    }),
  },
});

const destroy = path("destroy/{path+}", {
  summary: "destruction of versions",
  params: keyParams,
  ops: {
    update: op({
      summary: "erase the data of versions for good",
      answers: "nothing",
      input: shape.VersionsInput,
      prefetch: keyOnly,
      handle: ({ params, input }, cx) => destroyVersions(params.path, input.versions, cx),
    }),
  },
});

const subkeys = path("subkeys/{path+}", {
  summary: "the structure of a secret",
  params: keyParams,
  ops: {
    read: op({
      summary: "read the keys of a version without their values",
      input: shape.SubkeysInput,
      answers: shape.SubkeysOutput,
      prefetch: keyAndVersion,
      handle: ({ params, input }, cx) => readSubkeys(params.path, input.version ?? 0, input.depth ?? 0, cx),
    }),
  },
});

export const dataPaths = [data, remove, undelete, destroy, subkeys];
