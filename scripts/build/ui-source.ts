import type { UiFile, UiFiles } from "../../src/ui-files/files.ts";
import { isDocument } from "../../src/ui-files/serve.ts";
import type { UiSource } from "../../src/ui-files/source.ts";
import { buildUi } from "./ui.ts";
import { inMemory } from "./ui-files.ts";

/** The page for a server in this process, built from the sources: below the repository's root, unless told otherwise. */

/** As the sources are now. */
export const builtOnce = async (root?: string): Promise<UiSource> => {
  const files = inMemory(await buildUi(root));
  return { filesFor: async () => files };
};

/**
 * Built again whenever somebody opens the page, which takes a tenth of a second; a page that is open keeps its files.
 * A fault in the sources is told, and the last build stays.
 */
export const builtAgain = async (tell: (fault: string) => void, root?: string): Promise<UiSource> => {
  const every = new Map<string, UiFile>();
  const files: UiFiles = every;
  const build = async (): Promise<void> => {
    for (const [name, file] of inMemory(await buildUi(root))) every.set(name, file);
  };
  await build();
  return {
    filesFor: async (path) => {
      if (isDocument(path, files)) {
        await build().catch((fault: unknown) => tell(fault instanceof Error ? fault.message : String(fault)));
      }
      return files;
    },
  };
};
