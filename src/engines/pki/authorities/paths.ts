import { type AnyPath, op, path } from "../../../framework/index.ts";
import { authorityPrefetch } from "./index-entry.ts";
import { openPaths } from "./open-paths.ts";
import { generateRoot, RootInput, RootShown } from "./root.ts";

/** The paths of issuers and keys. */

const GENERATED = {
  exported: "`internal`: the key stays inside; `exported`: it is shown once; `existing`: a key of the mount.",
};

const rootPath = (template: "root/generate/{exported}" | "issuers/generate/root/{exported}"): AnyPath =>
  path(template, {
    summary: "new roots",
    params: GENERATED,
    ops: {
      update: op({
        summary: "make a root",
        answers: RootShown,
        input: RootInput,
        prefetch: authorityPrefetch,
        handle: ({ params, input }, cx) => generateRoot(params.exported, input, cx),
      }),
    },
  });

export const authorityPaths: readonly AnyPath[] = [
  rootPath("root/generate/{exported}"),
  rootPath("issuers/generate/root/{exported}"),
  ...openPaths,
];
