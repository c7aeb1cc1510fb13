import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/**
 * Few files for everything the first load shares with what is loaded later. esbuild makes a chunk for each set of entries
 * that need the same sources, which was six files at the start; each costs a request, and on HTTP/1.1 often a connection.
 * Here whatever is loaded later says that it needs `ui/main.tsx`, which is there by then. That leaves three sets: what
 * begins, the form to sign in, and the shell around pages with `ui/main.tsx` itself.
 */

const LATER = /\/ui\/(?:pages\/[\w-]+\/(?:index|new)\.tsx|foreign-links\.ts)$/;
/** Part of the start, and read by `earlyParts`. */
const FORM = /\/ui\/pages\/sign-in\/index\.tsx$/;

/** For `earlyParts`: with what the form says that it needs. */
export const withStart = (path: string, text: string): string =>
  FORM.test(path) ? `${text}\nimport "../../begin.ts";\n` : text;

export const oneStart: Plugin = {
  name: "one-start",
  setup: ({ onLoad }) => {
    onLoad({ filter: LATER }, async ({ path }) => ({
      contents: `${await readFile(path, "utf8")}\nimport ${JSON.stringify(path.replace(LATER, "/ui/main.tsx"))};\n`,
      loader: "tsx",
    }));
  },
};
