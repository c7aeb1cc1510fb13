import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One run of Jest over some test files, with replaced texts of sources. The files themselves are never changed. */

export interface Play {
  /** In the order they are played. */
  readonly tests: readonly string[];
  /** By path: what Jest reads instead of the file. */
  readonly texts: Readonly<Record<string, string>>;
  readonly jest: readonly string[];
  /** In milliseconds; then the run is killed. */
  readonly patience: number;
  /** A folder for what each test file reached. */
  readonly reached?: string | undefined;
}

export interface PlayedFile {
  readonly test: string;
  readonly passed: boolean;
  readonly ms: number;
}

const JEST = ["--experimental-vm-modules", "--no-warnings", "node_modules/jest/bin/jest.js"];
const CONFIG = ["--config", "scripts/mutants/jest.config.cjs", "--ci"];

const resultsIn = (file: string): readonly PlayedFile[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));

/** What was played before the run ended or was bailed out of; `ended` is false where it was stopped or broke down. */
export const play = (options: Play): Promise<{ readonly ended: boolean; readonly files: readonly PlayedFile[] }> =>
  new Promise((resolve, reject) => {
    const folder = mkdtempSync(join(tmpdir(), "mutants-"));
    const results = join(folder, "results");
    writeFileSync(results, "");
    writeFileSync(join(folder, "texts.json"), JSON.stringify(options.texts));
    writeFileSync(join(folder, "order.json"), JSON.stringify(options.tests));
    const child = spawn(process.execPath, [...JEST, ...CONFIG, ...options.jest, "--runTestsByPath", ...options.tests], {
      stdio: "ignore",
      env: {
        ...process.env,
        ZEROTH_TEXTS: join(folder, "texts.json"),
        ZEROTH_ORDER: join(folder, "order.json"),
        ZEROTH_RESULTS: results,
        ZEROTH_REACHED: options.reached ?? "",
      },
    });
    const late = setTimeout(() => child.kill("SIGKILL"), options.patience);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(late);
      const files = resultsIn(results);
      rmSync(folder, { recursive: true, force: true });
      resolve({ ended: code === 0 || files.some(({ passed }) => !passed), files });
    });
  });
