import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Command } from "./suite.ts";

/**
 * Makes each client ready to run, at its pinned version and in a folder git ignores; what was made once is used again.
 * A language that is not on the machine is a reason to skip; a language that is there and fails is a failure.
 */

const run = promisify(execFile);
const CACHE = ".zeroth/clients";
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export class Missing extends Error {}

const need = async (program: string, args: readonly string[], what: string): Promise<void> => {
  await run(program, args).catch(() => {
    throw new Missing(`${what} is not on this machine`);
  });
};

/** hvac in a virtual environment of its own. */
export const hvac = async (): Promise<Command> => {
  const wanted = await readFile(here("hvac/requirements.txt"), "utf8");
  const home = `${CACHE}/hvac`;
  const python = `${home}/bin/python`;
  const made = await readFile(`${home}/requirements.txt`, "utf8").catch(() => "");
  if (made !== wanted) {
    await need("python3", ["-c", "import venv, ensurepip"], "python3 with venv and pip");
    await run("python3", ["-m", "venv", "--clear", home]);
    await run(python, ["-m", "pip", "install", "--quiet", "--requirement", here("hvac/requirements.txt")]);
    await writeFile(`${home}/requirements.txt`, wanted);
  }
  return { program: python, args: ["-B", here("hvac/suite.py")] };
};

/** The Go client, built from the versions and sums in `go/`. */
export const go = async (): Promise<Command> => {
  await need("go", ["version"], "go");
  await mkdir(CACHE, { recursive: true });
  const program = `${process.cwd()}/${CACHE}/go-suite`;
  await run("go", ["build", "-mod=readonly", "-o", program, "."], { cwd: here("go") });
  return { program, args: [] };
};
