import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/**
 * One file with everything the first load shares with pages. esbuild makes a chunk for each set of entries that need the
 * same sources, which was six files at the start; each costs a request, and on HTTP/1.1 often a connection. Here every
 * page says that it needs the shell, which is there when a page is loaded, so that all of these sets are one.
 */

/** The form to sign in is part of the start, and read by `earlyParts` before. */
const PAGE = /\/ui\/pages\/[\w-]+\/(?:index|new)\.tsx$/;

export const oneStart: Plugin = {
  name: "one-start",
  setup: ({ onLoad }) => {
    onLoad({ filter: PAGE }, async ({ path }) => ({
      contents: `${await readFile(path, "utf8")}\nimport "../../shell/app.tsx";\n`,
      loader: "tsx",
    }));
  },
};
