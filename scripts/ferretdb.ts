import { execFile } from "node:child_process";
import { access, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { isJsonObject } from "../src/std/json.ts";
import { FERRETDB } from "../test/support/ferretdb-path.ts";
import { download } from "../test/support/programs.ts";

/**
 * Builds FerretDB, a server that speaks MongoDB's protocol on SQLite, from its source as the Go proxy serves it, for the
 * tests that use it where it is. Two minutes the first time, nothing after; without Go it says so and does nothing.
 */

const MODULE = "github.com/FerretDB/FerretDB";
const VERSION = "v1.24.2";
const SOURCE = ".zeroth/ferretdb/source";

const run = promisify(execFile);
const found = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const build = async (): Promise<string> => {
  if (await found(FERRETDB)) return "is there";
  try {
    await run("go", ["version"]);
  } catch {
    return "is not built: there is no Go on this machine";
  }
  const stdout = await download("go", ["mod", "download", "-json", `${MODULE}@${VERSION}`]);
  const downloaded: unknown = JSON.parse(stdout);
  if (!isJsonObject(downloaded) || typeof downloaded["Dir"] !== "string") throw new Error("go says no folder");
  await mkdir(SOURCE, { recursive: true });
  await cp(downloaded["Dir"], SOURCE, { recursive: true });
  // The module cache is read-only.
  await run("chmod", ["-R", "u+w", SOURCE]);
  // It refuses to start without; in a release the build writes it.
  await writeFile(`${SOURCE}/build/version/version.txt`, `${VERSION}\n`);
  await download("go", ["build", "-o", "../ferretdb", "./cmd/ferretdb"], { cwd: SOURCE, maxBuffer: 1 << 26 });
  await rm(SOURCE, { recursive: true });
  return "is built";
};

console.log(`FerretDB ${await build()}`);
