import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { apiPages } from "./docs/api-pages.ts";

/**
 * Writes the API reference, `docs/api/*.md`, from the path tables. `--check` writes nothing and fails when a page is
 * missing, out of date, or of a backend that is gone.
 */

const folder = fileURLToPath(new URL("../docs/api", import.meta.url));
const check = process.argv.includes("--check");

const pages = new Map((await apiPages()).map(({ file, text }) => [file, text]));
await mkdir(folder, { recursive: true });
const stale: string[] = [];
for (const [file, text] of pages) {
  const committed = await readFile(`${folder}/${file}`, "utf8").catch(() => undefined);
  if (committed === text) continue;
  stale.push(file);
  if (!check) await writeFile(`${folder}/${file}`, text);
}
for (const file of await readdir(folder)) {
  if (pages.has(file)) continue;
  stale.push(file);
  if (!check) await rm(`${folder}/${file}`);
}
if (check && stale.length > 0) {
  console.error(`docs/api is out of date (${stale.sort().join(", ")}): run npm run docs and commit the difference`);
  process.exitCode = 1;
} else {
  console.log(`${pages.size} pages, ${stale.length} ${check ? "out of date" : "written"}`);
}
