import type { Plugin } from "esbuild";
import type { FunctionName } from "../../src/contract/functions.ts";
import { carries, type Home } from "../../src/contract/homes.ts";

/**
 * A function carries the code of the backends it runs, and of no others. The catalog names all of them, so what it
 * would import for a backend of another function is replaced. Requests for such mounts are handed on or refused by
 * their row alone, before anything is loaded.
 */

/** The backend of a folder like `src/engines/ssh`, and whatever else of it the catalog imports. */
const OF_A_BACKEND = /^\.\/(engines|auth|backends)\/([\w-]+)\//;
const KINDS: Readonly<Record<string, readonly string[]>> = {
  engines: ["secret"],
  auth: ["auth"],
  backends: ["secret", "auth"],
};
const CATALOG = /\/src\/catalog\.ts$/;
const REPLACED = 'throw new Error("this function does not carry that code");';

/**
 * The MongoDB driver asks for it where a user logs in as a role of AWS, which the engine refuses. Required by a CommonJS
 * package, it would keep everything in it and in the SDK.
 */
const OPTIONAL = /^@aws-sdk\/credential-providers$/;

const ELSEWHERE = { path: "elsewhere", namespace: "elsewhere" };

export const carriedOnly = (name: FunctionName, homes: readonly Home[]): Plugin => ({
  name: "carried-only",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: OF_A_BACKEND }, ({ path, kind, importer }) => {
      if (kind !== "dynamic-import" || !CATALOG.test(importer)) return undefined;
      const [, group = "", folder] = OF_A_BACKEND.exec(path) ?? [];
      const rows = homes.filter(({ kind, type }) => type === folder && KINDS[group]?.includes(kind));
      // The folder of a type that is called otherwise is kept.
      if (rows.length === 0 || rows.some((row) => carries(name, row))) return undefined;
      return ELSEWHERE;
    });
    onResolve({ filter: OPTIONAL }, ({ kind }) => (kind === "require-call" ? ELSEWHERE : undefined));
    onLoad({ filter: /.*/, namespace: "elsewhere" }, () => ({ loader: "js", contents: REPLACED }));
  },
});
