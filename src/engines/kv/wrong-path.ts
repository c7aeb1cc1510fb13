import type { EmptyReply } from "../../framework/index.ts";

/** What version 2 answers outside its paths. Vault's clients detect the version by the first of these texts. */

export type KvCommand = "get" | "put" | "patch" | "delete" | "list" | "scan";

/** 404 with a warning that names the command to use. */
export const wrongPath = (command: KvCommand): EmptyReply => ({
  status: 404,
  data: null,
  warnings: [
    "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. " +
      `If using the Vault CLI, use 'vault kv ${command}' for this operation.`,
  ],
});

/** 404 with a warning: `metadata`, `data`, `delete`, `undelete` and `destroy` want the path of a key after them. */
export const rootPath: EmptyReply = {
  status: 404,
  data: null,
  warnings: ["Non-listing operations on the root of a K/V v2 mount are not supported."],
};

/** 404 without a body: a patch of what is not there. */
export const emptyNotFound: EmptyReply = { status: 404 };
