import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutant } from "./operators.ts";
import { createRelated } from "./related.ts";

/** A copy of the project in which mutants are played, so that the project itself is never changed. */

export interface Workbench {
  /** The first test file that failed; `undefined` where every related test passed. */
  play(mutant: Mutant): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A mutant that loops forever is noticed too. */
const PATIENCE_MS = 10 * 60_000;
/** Related tests of a file deep in core are nearly all tests; the nearest usually notice. How many are played at once. */
const BATCHES = [4, 12, 500];

const JEST = ["--experimental-vm-modules", "--no-warnings", "node_modules/jest/bin/jest.js"];

const jest = (folder: string, options: readonly string[]): Promise<{ readonly ok: boolean; readonly text: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [...JEST, ...options], { cwd: folder });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    child.on("close", (code) => {
      clearTimeout(late);
      resolve({ ok: code === 0, text: Buffer.concat(chunks).toString("utf8") });
    });
  });

export const createWorkbench = async (): Promise<Workbench> => {
  const project = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const names = files.split("\n").filter((name) => name !== "");
  for (const file of names) {
    cpSync(join(project, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  // The tests that hold documents against the tree ask git for its files.
  execFileSync("git", ["init", "-q"], { cwd: folder });

  const related = createRelated(folder, names);
  const failedIn = (text: string): string => /^FAIL (\S+)/m.exec(text)?.[1] ?? "a run that did not end";

  const play = async ({ file, text }: Mutant): Promise<string | undefined> => {
    const before = readFileSync(join(folder, file), "utf8");
    writeFileSync(join(folder, file), text);
    try {
      const tests = related(file);
      let from = 0;
      for (const size of BATCHES) {
        const some = tests.slice(from, from + size);
        from += size;
        if (some.length === 0) break;
        const { ok, text: said } = await jest(folder, ["--bail", "--runTestsByPath", ...some]);
        if (!ok) return failedIn(said);
      }
      return undefined;
    } finally {
      writeFileSync(join(folder, file), before);
    }
  };
  return { play, close: async () => rmSync(folder, { recursive: true, force: true }) };
};
