import { z } from "zod";
import { type AnyPath, field, op, path } from "../../../framework/index.ts";
import { authorityPrefetch, findIndex } from "./index-entry.ts";
import {
  generateKey,
  ImportKeyInput,
  importKey,
  KeyRead,
  KeyShown,
  NewKeyInput,
  NewKeyShown,
  readKeyPath,
  refuseKmsKey,
  removeKey,
  renameKey,
} from "./keys.ts";
import { PageInput, pageOfIds } from "./pages.ts";

/** The paths of keys. */

const KEY = { key_ref: "`default`, or the name or id of a key." };

const KeyList = z.object({
  keys: z.array(z.string()),
  key_info: z.record(z.string(), z.object({ key_name: z.string(), is_default: z.boolean() })),
});

const listPath = path("keys", {
  summary: "the keys of this mount",
  params: {},
  ops: {
    list: op({
      summary: "list the keys, with their names",
      answers: KeyList,
      input: PageInput,
      prefetch: authorityPrefetch,
      handle: async ({ input }, cx) => {
        const { keys, defaultKey } = await findIndex(cx);
        const ids = pageOfIds(keys, input);
        const names = new Map(keys.map(({ id, name }) => [id, name]));
        const info = ids.map((id) => [id, { key_name: names.get(id) ?? "", is_default: id === defaultKey }] as const);
        return ids.length === 0 ? undefined : { data: { keys: [...ids], key_info: Object.fromEntries(info) } };
      },
    }),
  },
});

const keyPath = path("key/{key_ref}", {
  summary: "a key: its name and kind, never the key itself",
  params: KEY,
  ops: {
    read: op({
      summary: "read what is known of a key",
      answers: KeyRead,
      prefetch: authorityPrefetch,
      handle: ({ params }, cx) => readKeyPath(params.key_ref, cx),
    }),
    update: op({
      summary: "name a key, or take its name away",
      answers: KeyShown,
      input: z.object({ key_name: field.text("Name; empty: none.") }),
      prefetch: authorityPrefetch,
      handle: ({ params, input }, cx) => renameKey(params.key_ref, input, cx),
    }),
    delete: op({
      summary: "delete a key that no issuer uses",
      answers: "nothing",
      prefetch: authorityPrefetch,
      handle: ({ params }, cx) => removeKey(params.key_ref, cx),
    }),
  },
});

const internalPath = path("keys/generate/internal", {
  summary: "new keys that stay inside",
  params: {},
  ops: {
    update: op({
      summary: "make a key",
      answers: NewKeyShown,
      input: NewKeyInput,
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => generateKey("internal", input, cx),
    }),
  },
});

const exportedPath = path("keys/generate/exported", {
  summary: "new keys that are shown once",
  params: {},
  ops: {
    update: op({
      summary: "make a key and show it, this once",
      answers: NewKeyShown,
      input: NewKeyInput,
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => generateKey("exported", input, cx),
    }),
  },
});

const kmsPath = path("keys/generate/kms", {
  summary: "keys that a KMS holds, which are not supported",
  params: {},
  ops: {
    update: op({
      summary: "refuse: keys stay in the mount",
      answers: "nothing",
      input: NewKeyInput,
      handle: async () => refuseKmsKey(),
    }),
  },
});

const importPath = path("keys/import", {
  summary: "keys that were made elsewhere",
  params: {},
  ops: {
    update: op({
      summary: "import a key",
      answers: KeyShown,
      input: ImportKeyInput,
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => importKey(input, cx),
    }),
  },
});

export const keyPaths: readonly AnyPath[] = [listPath, keyPath, internalPath, exportedPath, kmsPath, importPath];
