import type { Mutant } from "./operators.ts";
import { play } from "./play.ts";
import type { Recorded } from "./record.ts";

/** Tries a mutant against the test files that evaluate it, the nearest and quickest first. */

/** A mutant may loop forever; a test that takes so much longer than it did is stopped. */
const patienceFor = (tests: readonly Recorded[]): number => 30_000 + 3 * tests.reduce((sum, { ms }) => sum + ms, 0);

/** Names that two paths share: the room, and the file's own. */
const shared = (a: string, b: string): number => {
  const names = new Set(b.split(/[/.]/));
  return a.split("/").filter((part) => names.has(part.replace(/\..*$/, ""))).length;
};

/**
 * Sites that were edited since are on no record: then every test counts that evaluates anything in the file; of a file
 * that is new, any test.
 */
const reaching = ({ file, site }: Mutant, record: readonly Recorded[]): readonly Recorded[] => {
  const exact = record.filter(({ sites }) => sites.includes(site));
  if (exact.length > 0) return exact;
  const near = record.filter(({ sites }) => sites.some((one) => one.startsWith(`${file}#`)));
  return near.length > 0 ? near : record;
};

const inOrder = (file: string, tests: readonly Recorded[]): readonly Recorded[] =>
  [...tests].sort((a, b) => shared(b.test, file) - shared(a.test, file) || a.ms - b.ms);

/** The first test file that failed; `undefined` where the nearest of those that reach the mutant passed, at most `most`. */
export const tried = async (mutant: Mutant, record: readonly Recorded[], most: number): Promise<string | undefined> => {
  const { file, text } = mutant;
  const reached = reaching(mutant, record).filter(({ passed }) => passed);
  const tests = inOrder(file, reached).slice(0, most);
  if (tests.length === 0) return undefined;
  const { ended, files } = await play({
    tests: tests.map(({ test }) => test),
    texts: { [file]: text },
    jest: ["--runInBand", "--bail"],
    patience: patienceFor(tests),
  });
  const failed = files.find(({ passed }) => !passed);
  return failed?.test ?? (ended ? undefined : "a run that did not end");
};
