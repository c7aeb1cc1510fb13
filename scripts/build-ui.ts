import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildUi } from "./build/ui.ts";
import { writeFolder } from "./build/ui-files.ts";
import { printPage, printSizes, sizesOf, tooLarge } from "./build/ui-sizes.ts";

/**
 * Builds the web page into `dist/ui/`, prints its sizes (KB, compressed) and fails when one is over its budget.
 * `docs/bundles/page.txt` (committed) names what is in it; `--check` fails instead of writing when it differs.
 */

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const built = await buildUi();
await writeFolder(built, here("dist/ui"));
const sizes = await sizesOf(built);
process.stdout.write(printSizes(sizes));
for (const { what } of tooLarge(sizes)) {
  console.error(`${what.trim()} is over its budget`);
  process.exitCode = 1;
}

const list = here("docs/bundles/page.txt");
const text = printPage(built, sizes);
if (!process.argv.includes("--check")) await writeFile(list, text);
else if ((await readFile(list, "utf8").catch(() => "")) !== text) {
  console.error("docs/bundles/page.txt is out of date: run npm run build and commit the difference");
  process.exitCode = 1;
}
