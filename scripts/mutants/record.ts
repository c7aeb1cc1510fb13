import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { marked } from "./operators.ts";
import { play } from "./play.ts";

/**
 * Which test files evaluate which sites, and how long each takes: one run of the suite with marked sources, kept until
 * it is asked for again. A later run repeats only the test files that changed.
 */

export interface Recorded {
  readonly test: string;
  /** A hash of the test file's text. */
  readonly text: string;
  readonly passed: boolean;
  readonly ms: number;
  readonly sites: readonly string[];
}

const FILE = "node_modules/.cache/mutants/record.json";
const PATIENCE_MS = 60 * 60_000;

const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("base64url");

const stored = (): readonly Recorded[] => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : []);

const sitesIn = (folder: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    readdirSync(folder).map((name) => {
      const { test, sites } = JSON.parse(readFileSync(join(folder, name), "utf8"));
      return [test, sites];
    }),
  );

const recorded = async (tests: readonly string[], sources: readonly string[]): Promise<readonly Recorded[]> => {
  if (tests.length === 0) return [];
  const texts: { [file: string]: string } = {};
  for (const file of sources) texts[file] = await marked(file);
  const reached = mkdtempSync(join(tmpdir(), "reached-"));
  try {
    const { ended, files } = await play({ tests, texts, jest: [], patience: PATIENCE_MS, reached });
    if (!ended) throw new Error("the recording did not end");
    const sites = sitesIn(reached);
    return files.map((one) => ({ ...one, text: hashOf(one.test), sites: sites.get(one.test) ?? [] }));
  } finally {
    rmSync(reached, { recursive: true, force: true });
  }
};

/** The record kept from before, with the test files that are new or changed. */
export const recordOf = async (
  tests: readonly string[],
  sources: readonly string[],
  options: { readonly renew: boolean },
): Promise<readonly Recorded[]> => {
  const before = options.renew ? [] : stored();
  const kept = before.filter(({ test, text }) => existsSync(test) && hashOf(test) === text);
  const known = new Set(kept.map(({ test }) => test));
  const missing = tests.filter((test) => !known.has(test));
  const record = [...kept, ...(await recorded(missing, sources))];
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify(record));
  return record;
};
