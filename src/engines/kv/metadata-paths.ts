import { op, path } from "../../framework/index.ts";
import { ConfigInput, ConfigOutput, configAddress, readConfig, writeConfig } from "./config.ts";
import { hasKey, removeFolder } from "./keys.ts";
import { listDetailed, listKeys } from "./list.ts";
import { patchMetadata, readMetadata, removeMetadata, writeMetadata } from "./metadata.ts";
import { refuseRootAll } from "./other-paths.ts";
import { keyAndConfig, keyOnly, keyParams } from "./prefetch.ts";
import { scanDetailed, scanKeys } from "./scan.ts";
import * as shape from "./shapes.ts";

/** The paths of version 2 for settings, of the mount and of each key, and for lists. */

const config = path("config", {
  summary: "settings for every key of this mount",
  params: {},
  ops: {
    read: op({
      summary: "read the settings",
      answers: ConfigOutput,
      prefetch: (_, view) => [configAddress(view)],
      handle: (_, cx) => readConfig(cx),
    }),
    update: op({
      summary: "change the settings that are given",
      answers: "nothing",
      input: ConfigInput,
      prefetch: (_, view) => [configAddress(view)],
      handle: ({ input }, cx) => writeConfig(input, cx),
    }),
  },
});

const metadata = path("metadata/{path+}", {
  summary: "settings and history of a key",
  params: keyParams,
  exists: ({ params }, cx) => hasKey(cx.storage, params.path),
  ops: {
    read: op({
      summary: "read settings and history",
      answers: shape.KeyMetadata,
      prefetch: keyOnly,
      handle: ({ params }, cx) => readMetadata(params.path, cx),
    }),
    list: op({
      summary: "list the keys and folders in a folder",
      input: shape.ListInput,
      answers: shape.KeysOutput,
      handle: ({ params, input }, cx) => listKeys(params.path, input, cx),
    }),
    scan: op({
      summary: "list the keys below a folder, at any depth (from OpenBao)",
      input: shape.ScanInput,
      answers: shape.ScanOutput,
      handle: ({ params, input }, cx) => scanKeys("metadata/", params.path, input, cx),
    }),
    update: op({
      summary: "change the settings that are given",
      answers: "nothing",
      input: shape.MetadataInput,
      prefetch: keyAndConfig,
      handle: ({ params, input }, cx) => writeMetadata(params.path, input, cx),
    }),
    patch: op({
      summary: "change the settings that are given, custom metadata pair by pair",
      answers: "nothing",
      input: shape.MetadataInput,
      prefetch: keyAndConfig,
      handle: ({ params, input }, cx) => patchMetadata(params.path, input, cx),
    }),
    delete: op({
      summary: "erase the key with all its versions",
      answers: "nothing",
      prefetch: keyOnly,
      handle: ({ params }, cx) =>
        params.path.endsWith("/") ? removeFolder(params.path, cx) : removeMetadata(params.path, cx),
    }),
  },
});

const keys = path("metadata", {
  summary: "the keys of the mount",
  params: {},
  ops: {
    ...refuseRootAll,
    list: op({
      summary: "list the keys and folders at the top level",
      input: shape.ListInput,
      answers: shape.KeysOutput,
      handle: ({ input }, cx) => listKeys("", input, cx),
    }),
    scan: op({
      summary: "list all keys, at any depth (from OpenBao)",
      input: shape.ScanInput,
      answers: shape.ScanOutput,
      handle: ({ input }, cx) => scanKeys("metadata/", "", input, cx),
    }),
  },
});

const detailed = [
  path("detailed-metadata", {
    summary: "the keys of the mount with their metadata (from OpenBao)",
    params: {},
    ops: {
      list: op({
        summary: "list the top level with the metadata of each key",
        answers: shape.DetailedOutput,
        input: shape.ListInput,
        handle: ({ input }, cx) => listDetailed("", input, cx),
      }),
      scan: op({
        summary: "list all keys, at any depth, with the metadata of each",
        answers: shape.DetailedScanOutput,
        input: shape.ScanInput,
        handle: ({ input }, cx) => scanDetailed("detailed-metadata/", "", input, cx),
      }),
    },
  }),
  path("detailed-metadata/{path+}", {
    summary: "keys with their metadata (from OpenBao)",
    params: keyParams,
    ops: {
      list: op({
        summary: "list a folder with the metadata of each key",
        answers: shape.DetailedOutput,
        input: shape.ListInput,
        handle: ({ params, input }, cx) => listDetailed(params.path, input, cx),
      }),
      scan: op({
        summary: "list the keys below a folder, at any depth, with the metadata of each",
        answers: shape.DetailedScanOutput,
        input: shape.ScanInput,
        handle: ({ params, input }, cx) => scanDetailed("detailed-metadata/", params.path, input, cx),
      }),
    },
  }),
];

export const metadataPaths = [config, keys, metadata, ...detailed];
