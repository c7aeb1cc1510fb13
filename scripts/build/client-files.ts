import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { SPLIT_MODULES } from "./bundle.ts";

/** What `import ... from "zeroth/client"` finds: JavaScript for plain Node, and its types. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const ENTRY = "src/client/typed/index.ts";

/** One file, and a chunk for what is loaded on demand. */
const writeScript = async (outdir: string): Promise<void> => {
  await build({
    ...SPLIT_MODULES,
    absWorkingDir: root,
    entryPoints: { index: ENTRY },
    outdir,
    target: "node20",
    legalComments: "eof",
  });
};

/** Declarations name the files they come from; a program has those of JavaScript. */
const renamed = (text: string): string => text.replace(/(\bfrom |\bimport\()("\.{1,2}\/[^"]+)\.ts"/g, '$1$2.js"');

const writeTypes = async (outdir: string): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "zeroth-types-"));
  try {
    const compilerOptions = {
      noEmit: false,
      emitDeclarationOnly: true,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: join(root, "src"),
      outDir: join(outdir, "types"),
      typeRoots: [join(root, "node_modules/@types")],
    };
    const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: [], files: [join(root, ENTRY)] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    await promisify(execFile)(join(root, "node_modules/.bin/tsc"), ["-p", folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
  const files = await readdir(join(outdir, "types"), { recursive: true });
  for (const file of files.filter((name) => name.endsWith(".d.ts"))) {
    const path = join(outdir, "types", file);
    await writeFile(path, renamed(await readFile(path, "utf8")));
  }
};

export const buildClient = async (outdir: string): Promise<void> => {
  await rm(outdir, { recursive: true, force: true });
  await Promise.all([writeScript(outdir), writeTypes(outdir)]);
};
