import { field, op, path, VaultError } from "../../framework/index.ts";
import type { JsonObject } from "../../std/json.ts";
import { type KvCommand, rootPath, wrongPath } from "./wrong-path.ts";

/** Every path that is none of version 2's: answered, not refused, since clients read the warning. */

const anything = field.anyBody("Ignored.");

const explain = (command: KvCommand) =>
  op({
    summary: "answer that this is not a path of version 2",
    answers: "nothing",
    input: anything,
    handle: async () => wrongPath(command),
  });

const explainAll = {
  read: explain("get"),
  list: explain("list"),
  scan: explain("scan"),
  update: explain("put"),
  patch: explain("patch"),
  delete: explain("delete"),
};

/** Versions are not listed, keys are: below `metadata/`. The roots come here, since a LIST's path ends in a slash. */
const VERSIONED = new Set(["data/", "delete/", "undelete/", "destroy/", "subkeys/"]);
const elsewhere = (command: "list" | "scan") =>
  op<"{path+}", JsonObject, "nothing">({
    summary: "answer that this is not a path of version 2",
    answers: "nothing",
    input: anything,
    handle: async ({ params }) => {
      if (!VERSIONED.has(params.path)) return wrongPath(command);
      throw new VaultError("unsupported_operation", { wire: "unsupported operation", multi: true });
    },
  });

const refuseRoot = op({
  summary: "answer that the path of a key is missing",
  answers: "nothing",
  input: anything,
  handle: async () => rootPath,
});

export const refuseRootAll = { read: refuseRoot, update: refuseRoot, patch: refuseRoot, delete: refuseRoot };

const root = (template: "data" | "delete" | "undelete" | "destroy") =>
  path(template, {
    summary: "not a path: the path of a key must follow",
    params: {},
    ops: refuseRootAll,
  });

const other = [
  path("", { summary: "not a path of version 2", params: {}, ops: explainAll }),
  path("{path+}", {
    summary: "not a path of version 2",
    params: { path: "what was asked for" },
    ops: { ...explainAll, list: elsewhere("list"), scan: elsewhere("scan") },
  }),
];

export const otherPaths = [root("data"), root("delete"), root("undelete"), root("destroy"), ...other];
