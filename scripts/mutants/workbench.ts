import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { Mutant } from "./operators.ts";

/** A copy of the project in which mutants are played, so that the project itself is never changed. */

export interface Workbench {
  /** The first test file that failed; `undefined` where every related test passed. */
  play(mutant: Mutant): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A mutant that loops forever is noticed too. */
const PATIENCE_MS = 15 * 60_000;
/** Related tests of a file deep in core are nearly all tests; the nearest usually notice. */
const NEAREST = 12;

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

const shared = (a: string, b: string): number => {
  const [left, right] = [a.split("/"), new Set(b.split(/[/.]/))];
  return left.filter((part) => right.has(part.replace(/\..*$/, ""))).length;
};

/** Tests of the same room first, then those that play the whole product. */
const inOrder = (tests: readonly string[], file: string): readonly string[] =>
  [...tests].sort((a, b) => shared(b, file) - shared(a, file) || (a < b ? -1 : 1));

export const createWorkbench = async (): Promise<Workbench> => {
  const project = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  for (const file of files.split("\n").filter((name) => name !== "")) {
    cpSync(join(project, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  // The tests that hold documents against the tree ask git for its files.
  execFileSync("git", ["init", "-q"], { cwd: folder });

  const failedIn = (text: string): string => /^FAIL (\S+)/m.exec(text)?.[1] ?? "a run that did not end";

  const play = async ({ file, text }: Mutant): Promise<string | undefined> => {
    const before = readFileSync(join(folder, file), "utf8");
    writeFileSync(join(folder, file), text);
    try {
      const listed = await jest(folder, ["--listTests", "--findRelatedTests", file]);
      const tests = inOrder(
        listed.text.split("\n").flatMap((line) => (line.startsWith("/") ? [relative(folder, line)] : [])),
        `${dirname(file)}/${file}`,
      ).filter((test) => !test.startsWith("test/infra/build"));
      for (const some of [tests.slice(0, NEAREST), tests.slice(NEAREST)]) {
        if (some.length === 0) continue;
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
