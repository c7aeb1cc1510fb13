import {
  type Backend,
  type BackendContext,
  defineBackend,
  field,
  invalidRequest,
  op,
  path,
} from "../../framework/index.ts";
import { cut } from "../../std/shown.ts";
import { dataPaths } from "./data-paths.ts";
import { hasKey } from "./keys.ts";
import { listKeys } from "./list.ts";
import { metadataPaths } from "./metadata-paths.ts";
import { otherPaths } from "./other-paths.ts";
import { readPlain, removePlain, writePlain } from "./plain.ts";
import { keyOnly } from "./prefetch.ts";
import { scanKeys } from "./scan.ts";
import { KeysOutput, Plain, ScanInput, ScanOutput } from "./shapes.ts";

/**
 * Key-value secrets, the backend `kv` in its two versions; the mount's option `version` says which. It trusts core to
 * have checked the caller and storage to seal what it is given; it must never keep the data of a version that was
 * destroyed, and never answer with a version its key does not count. `README.md` has the paths and the items.
 */

const secret = { path: "path of the secret" };
const plainSecret = path("{path+}", {
  summary: "a secret",
  payload: true,
  params: secret,
  exists: ({ params }, cx) => hasKey(cx.storage, params.path),
  ops: {
    read: op({
      summary: "read a secret",
      answers: Plain,
      input: field.anyBody("Ignored."),
      prefetch: keyOnly,
      mayBeRecent: true,
      handle: ({ params }, cx) => readPlain(params.path, cx),
    }),
    list: op({
      summary: "list the secrets and folders in a folder",
      input: field.anyBody("Ignored."),
      answers: KeysOutput,
      handle: ({ params }, cx) => listKeys(params.path, {}, cx),
    }),
    scan: op({
      summary: "list the secrets below a folder, at any depth (from OpenBao)",
      input: ScanInput,
      answers: ScanOutput,
      handle: ({ params, input }, cx) => scanKeys("", params.path, input, cx),
    }),
    update: op({
      summary: "write a secret, replacing the old one",
      answers: "nothing",
      input: field.anyBody("The secret. A ttl in it is reported as lease_duration."),
      prefetch: keyOnly,
      handle: ({ params, input }, cx) => writePlain(params.path, input, cx),
    }),
    delete: op({
      summary: "delete a secret",
      answers: "nothing",
      input: field.anyBody("Ignored."),
      handle: ({ params }, cx) => removePlain(params.path, cx),
    }),
  },
});

const plainRoot = path("", {
  summary: "the secrets of the mount",
  payload: true,
  params: {},
  ops: {
    read: op({
      summary: "read nothing: a secret needs a path",
      answers: "nothing",
      handle: async () => undefined,
    }),
    list: op({
      summary: "list the secrets and folders at the top level",
      input: field.anyBody("Ignored."),
      answers: KeysOutput,
      handle: (_, cx) => listKeys("", {}, cx),
    }),
    scan: op({
      summary: "list all secrets, at any depth (from OpenBao)",
      input: ScanInput,
      answers: ScanOutput,
      handle: ({ input }, cx) => scanKeys("", "", input, cx),
    }),
    update: op({
      summary: "refuse: a secret needs a path",
      answers: "nothing",
      input: field.anyBody("Ignored."),
      handle: ({ input }, cx) => writePlain("", input, cx),
    }),
    delete: op({ summary: "delete nothing", answers: "nothing", handle: async () => undefined }),
  },
});

const onMount = async ({ mount }: BackendContext): Promise<void> => {
  const { version = "" } = mount.options;
  if (!["", "1", "2"].includes(version)) throw invalidRequest(`invalid version provided: ${cut(version)}`);
};

/** Version 1: one value for each path. */
export const kvV1 = (): Backend =>
  defineBackend({
    kind: "secret",
    type: "kv",
    help: "Keeps secrets by path. Version 1: one value for each path, replaced as a whole.",
    paths: [plainSecret, plainRoot],
    onMount,
  });

/** Version 2: values with a history, check-and-set, deletion that can be undone. */
export const kvV2 = (): Backend =>
  defineBackend({
    kind: "secret",
    type: "kv",
    help: "Keeps secrets by path. Version 2: a history of versions for each, with metadata and check-and-set.",
    paths: [...dataPaths, ...metadataPaths, ...otherPaths],
    onMount,
  });

const is2 = ({ version }: Readonly<Record<string, string>>): boolean => version === "2";
const versions = { "1": kvV1(), "2": kvV2() };

/** What the catalog needs to know: which table serves a mount, and the other names a mount may be asked for by. */
export const kv = {
  type: "kv",
  /** Other names of the type at mount time, and the options they imply. */
  aliases: { "kv-v1": { version: "1" }, "kv-v2": { version: "2" }, generic: {} },
  /** The table for a mount's options. A mount changed from version 1 to 2 needs no conversion. */
  backendFor: (options: Readonly<Record<string, string>>): Backend => versions[is2(options) ? "2" : "1"],
} as const;
