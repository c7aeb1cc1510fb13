import { type ExecFileOptions, execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

/**
 * Programs of other languages that tests run: what is missing on this machine, what is downloaded, and virtual
 * environments of Python.
 */

const run = promisify(execFile);

/** A program that is not on this machine: a reason to skip, not a failure. */
export class Missing extends Error {}

/** Throws `Missing` unless the program runs. `what` names it. */
export const need = async (program: string, args: readonly string[], what: string): Promise<void> => {
  await run(program, args).catch(() => {
    throw new Missing(`${what} is not on this machine`);
  });
};

const TRIES = 3;
const PAUSE_MS = 5000;

/** Runs a program that downloads, three times if need be: a connection that broke says nothing about what is tested. */
export const download = async (
  program: string,
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<string> => {
  for (let tries = 1; ; tries += 1) {
    try {
      const { stdout } = await run(program, args, { ...options, encoding: "utf8" });
      return stdout;
    } catch (cause) {
      if (tries === TRIES) throw cause;
      await wait(PAUSE_MS);
    }
  }
};

/** A virtual environment with the packages of a `requirements.txt`, made again when that file changes; its folder. */
export const virtualEnvironment = async (home: string, requirements: string): Promise<string> => {
  const wanted = await readFile(requirements, "utf8");
  const made = await readFile(`${home}/requirements.txt`, "utf8").catch(() => "");
  if (made !== wanted) {
    await need("python3", ["-c", "import venv, ensurepip"], "python3 with venv and pip");
    await mkdir(home, { recursive: true });
    await run("python3", ["-m", "venv", "--clear", home]);
    await download(`${home}/bin/python`, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
    await writeFile(`${home}/requirements.txt`, wanted);
  }
  return home;
};
