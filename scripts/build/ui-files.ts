import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { type UiFile, uiFile } from "../../src/ui-files/files.ts";
import type { BuiltUi } from "./ui.ts";

/** What becomes of a built page: files for a server in this process, or a folder for `src/ui-files/folder.ts`. */

/** For developing and tests: nothing is compressed. */
export const inMemory = ({ files }: BuiltUi): ReadonlyMap<string, UiFile> =>
  new Map([...files].map(([name, plain]) => [name, uiFile(name, { plain })]));

/** Bytes of a file compressed by gzip: what budgets are in. */
export const gzipped = (bytes: Uint8Array): Promise<Uint8Array> => promisify(gzip)(bytes, { level: 9 });

/** What is sent to browsers that take it: all of today. */
export const brotli = (bytes: Uint8Array): Promise<Uint8Array> => promisify(brotliCompress)(bytes);

/** Writes the folder again from nothing, with every file compressed beforehand. */
export const writeFolder = async ({ files }: BuiltUi, folder: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  await Promise.all(
    [...files].map(async ([name, bytes]) => {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
      await writeFile(`${path}.gz`, await gzipped(bytes));
      await writeFile(`${path}.br`, await brotli(bytes));
    }),
  );
  await writeFile(
    join(folder, "manifest.json"),
    `${JSON.stringify({ files: [...files.keys()].sort() }, undefined, 2)}\n`,
  );
};
