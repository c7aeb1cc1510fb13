import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { FUNCTIONS } from "../src/contract/functions.ts";
import { buildFunction } from "./build/function.ts";
import { type Inventory, inventoryOf, printInventory } from "./build/inventory.ts";

/**
 * Builds every function of `lambdas/` into `dist/lambdas/<function>/`, and the web page, and says what went in. It reads
 * the installed packages and the sources, nothing else: no network, no account, no Docker.
 *
 * `npm run build` prints a line per function; `dist/inventory/<function>.json` has the details, and
 * `docs/bundles/<function>.txt` (committed) names the packages, so that a new dependency shows up in review.
 * `--check` fails instead of writing when a committed list differs.
 */

const root = fileURLToPath(new URL("..", import.meta.url));
const check = process.argv.includes("--check");

for (const made of ["lambdas", "inventory"]) await rm(`${root}dist/${made}`, { recursive: true, force: true });
await mkdir(`${root}dist/inventory`, { recursive: true });
await mkdir(`${root}docs/bundles`, { recursive: true });

const built = await Promise.all(
  [...FUNCTIONS].sort().map(async (name): Promise<[string, Inventory]> => {
    const { metafile } = await buildFunction(name, { root, outdir: `dist/lambdas/${name}` });
    return [name, inventoryOf(metafile)];
  }),
);

const changed: string[] = [];
for (const [name, inventory] of built) {
  await writeFile(`${root}dist/inventory/${name}.json`, `${JSON.stringify(inventory, undefined, 2)}\n`);
  if (await committedDiffers(`${root}docs/bundles/${name}.txt`, printInventory(inventory))) changed.push(name);
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KB`;
  console.log(
    `${name.padEnd(10)} ${kilobytes(inventory.eager.bytes).padStart(8)} at start ${kilobytes(inventory.lazy.bytes).padStart(8)} on demand`,
  );
}
await import("./build-ui.ts");
if (check && changed.length > 0) {
  console.error(`docs/bundles is out of date for ${changed.join(", ")}: run npm run build and commit the difference`);
  process.exitCode = 1;
}

async function committedDiffers(file: string, text: string): Promise<boolean> {
  const committed = await readFile(file, "utf8").catch(() => "");
  if (committed === text) return false;
  if (!check) await writeFile(file, text);
  return true;
}
