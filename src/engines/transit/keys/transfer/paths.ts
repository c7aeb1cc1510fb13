import { z } from "zod";
import { type AnyPath, type BackendContext, done, field, op, path } from "../../../../framework/index.ts";
import { keyPrefetch } from "../find.ts";
import { backUpKey } from "./backup.ts";
import { type Passage, passagePrefetch, wrapForOther } from "./byok.ts";
import { Exported, type ExportWish, exportKey } from "./export.ts";
import { ImportInput, ImportVersionInput, importKey, importVersion } from "./import.ts";
import { restoreKey } from "./restore.ts";
import { publicWrappingKey, wrappingKeyPrefetch } from "./wrapping-key.ts";

/** The rows of the path table by which keys come and go: export, backup and restore, import. */

const KEY = { name: "Name of the key; case matters." };
const VERSION = "`latest`, or a number.";

const EXPORT = {
  ...KEY,
  type: "`encryption-key`, `signing-key`, `hmac-key`, `public-key` or `certificate-chain`.",
};
const ExportInput = z.object({
  format: field.text("`raw`, `der` or `pem`; as Vault has always written them unless given."),
});

const exportOp = {
  answers: Exported,
  input: ExportInput,
  prefetch: keyPrefetch,
  handle: async (
    { params, input }: { readonly params: Omit<ExportWish, "format">; readonly input: z.output<typeof ExportInput> },
    cx: BackendContext,
  ) => {
    const data = await exportKey({ ...params, format: input.format }, cx);
    return data && { data };
  },
};

const exportPath = path("export/{type}/{name}", {
  summary: "the versions of a key as texts",
  params: EXPORT,
  ops: {
    read: op({
      summary: "read every version that may still decrypt; secrets only of a key that is exportable",
      ...exportOp,
    }),
  },
});

const exportVersionPath = path("export/{type}/{name}/{version:any}", {
  summary: "one version of a key as a text",
  params: { ...EXPORT, version: VERSION },
  ops: { read: op({ summary: "read one version; its secret only if the key is exportable", ...exportOp }) },
});

const PASSAGE = {
  destination: "Name of an RSA key of this mount: the public wrapping key of another system.",
  source: "Name of the key to wrap.",
};
const PassageInput = z.object({ hash: field.text("Hash under OAEP, as for an import; `SHA256` unless given.") });

const passageOp = {
  answers: Exported,
  input: PassageInput,
  prefetch: passagePrefetch,
  handle: async (
    { params, input }: { readonly params: Omit<Passage, "hash">; readonly input: z.output<typeof PassageInput> },
    cx: BackendContext,
  ) => ({ data: await wrapForOther({ ...params, hash: input.hash }, cx) }),
};

const passagePath = path("byok-export/{destination}/{source}", {
  summary: "the versions of a key, wrapped for another system",
  params: PASSAGE,
  ops: {
    read: op({
      summary: "wrap every version that may still decrypt, as an import there wants it; the key must be exportable",
      ...passageOp,
    }),
  },
});

const passageVersionPath = path("byok-export/{destination}/{source}/{version:any}", {
  summary: "one version of a key, wrapped for another system",
  params: { ...PASSAGE, version: VERSION },
  ops: {
    read: op({ summary: "wrap one version, as an import there wants it; the key must be exportable", ...passageOp }),
  },
});

const backupPath = path("backup/{name}", {
  summary: "a whole key as a text",
  params: KEY,
  ops: {
    read: op({
      summary: "back up a key that allows it, in plaintext; Vault, OpenBao and this server restore it",
      answers: z.object({ backup: z.string().describe("base64") }),
      prefetch: keyPrefetch,
      handle: async ({ params }, cx) => ({ data: { backup: await backUpKey(params.name, cx) } }),
    }),
  },
});

const RestoreInput = z.object({
  backup: field.text("The backup, as `backup/` answered it here, in Vault or in OpenBao."),
  force: field.flag("Whether a key of the name is replaced; its versions are gone then."),
});

const restorePath = path("restore", {
  summary: "a key out of a backup, under the name it had",
  params: {},
  ops: {
    update: op({
      summary: "restore a key",
      answers: "nothing",
      input: RestoreInput.extend({ name: field.text("In place of the name in the backup.") }),
      handle: ({ input }, cx) => done(restoreKey({ ...input, name: input.name === "" ? undefined : input.name }, cx)),
    }),
  },
});

const restoreNamedPath = path("restore/{name}", {
  summary: "a key out of a backup, under a name of one's choice",
  params: KEY,
  ops: {
    update: op({
      summary: "restore a key under this name",
      answers: "nothing",
      input: RestoreInput,
      handle: ({ params, input }, cx) => done(restoreKey({ ...input, name: params.name }, cx)),
    }),
  },
});

const importPath = path("keys/{name}/import", {
  summary: "a key that was made elsewhere",
  params: KEY,
  ops: {
    update: op({
      summary: "make a key of a wrapped secret, or of a public key",
      answers: "nothing",
      input: ImportInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => done(importKey(params.name, input, cx)),
    }),
  },
});

const importVersionPath = path("keys/{name}/import_version", {
  summary: "further versions of an imported key",
  params: KEY,
  ops: {
    update: op({
      summary: "add a version, or the private half of one whose public key came first",
      answers: "nothing",
      input: ImportVersionInput,
      prefetch: keyPrefetch,
      handle: ({ params, input }, cx) => done(importVersion(params.name, input, cx)),
    }),
  },
});

const wrappingKeyPath = path("wrapping_key", {
  summary: "the key under which others wrap keys to import here",
  params: {},
  ops: {
    read: op({
      summary: "read the public key, RSA of 4096 bits; the same each time",
      answers: z.object({ public_key: z.string().describe("PEM") }),
      prefetch: wrappingKeyPrefetch,
      handle: async (_, cx) => {
        const key = await publicWrappingKey(cx);
        return { data: { public_key: key.export({ type: "spki", format: "pem" }).toString() } };
      },
    }),
  },
});

/** How keys come and go. */
export const transferPaths: readonly AnyPath[] = [
  exportPath,
  exportVersionPath,
  passagePath,
  passageVersionPath,
  backupPath,
  restorePath,
  restoreNamedPath,
  importPath,
  importVersionPath,
  wrappingKeyPath,
];
