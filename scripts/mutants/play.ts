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

interface JestResult {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
  }[];
}

const JEST = ["--experimental-vm-modules", "--no-warnings", "node_modules/jest/bin/jest.js"];
const CONFIG = ["--config", "scripts/mutants/jest.config.cjs", "--ci", "--json"];

const resultsIn = (file: string): readonly PlayedFile[] => {
  const { testResults }: JestResult = JSON.parse(readFileSync(file, "utf8"));
  return testResults.map(({ name, status, startTime, endTime }) => ({
    test: name.slice(process.cwd().length + 1),
    passed: status === "passed",
    ms: endTime - startTime,
  }));
};

/** What was played; `undefined` where the run did not end. */
export const play = (options: Play): Promise<readonly PlayedFile[] | undefined> =>
  new Promise((resolve, reject) => {
    const folder = mkdtempSync(join(tmpdir(), "mutants-"));
    const results = join(folder, "results.json");
    writeFileSync(join(folder, "texts.json"), JSON.stringify(options.texts));
    writeFileSync(join(folder, "order.json"), JSON.stringify(options.tests));
    const child = spawn(
      process.execPath,
      [...JEST, ...CONFIG, `--outputFile=${results}`, ...options.jest, "--runTestsByPath", ...options.tests],
      {
        stdio: "ignore",
        env: {
          ...process.env,
          ZEROTH_TEXTS: join(folder, "texts.json"),
          ZEROTH_ORDER: join(folder, "order.json"),
          ZEROTH_REACHED: options.reached ?? "",
        },
      },
    );
    const late = setTimeout(() => child.kill("SIGKILL"), options.patience);
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      clearTimeout(late);
      try {
        resolve(signal === null ? resultsIn(results) : undefined);
      } catch (cause) {
        reject(cause);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
