import { fileURLToPath } from "node:url";
import { buildUi } from "./build/ui.ts";
import { writeFolder } from "./build/ui-files.ts";
import { printSizes, sizesOf, tooLarge } from "./build/ui-sizes.ts";

/** Builds the web page into `dist/ui/`, prints its sizes (KB, gzipped) and fails when one is over its budget. */

const built = await buildUi();
await writeFolder(built, fileURLToPath(new URL("../dist/ui", import.meta.url)));
const sizes = await sizesOf(built);
process.stdout.write(printSizes(sizes));
for (const { what } of tooLarge(sizes)) {
  console.error(`${what.trim()} is over its budget`);
  process.exitCode = 1;
}
