import { loadedAtOnce, originOf } from "./inventory.ts";
import type { BuiltUi } from "./ui.ts";
import { brotli, gzipped } from "./ui-files.ts";

/**
 * Sizes of the built page, minified and compressed, and what they may be. What somebody waits for is bound as gzip makes
 * it, whatever their browser takes; all files together as brotli does, which is what the function sends to browsers.
 */

export interface Size {
  readonly what: string;
  readonly bytes: number;
  /** Absent: it has no bound of its own, being a part of the first load. */
  readonly most?: number | undefined;
}

const KB = 1024;
const FIRST = ["index.html", "ui/begin.ts", "ui/styles/index.css", "ui/main.tsx", "ui/worker/main.ts"];
const PAGE = /^ui\/pages\/(.*)\/index\.tsx$/;
const POLICY = /^src\/(policy|hcl)\//;

const inBrotli = async (bytes: Uint8Array): Promise<number> => (await brotli(bytes)).length;

const sum = (bytes: readonly number[]): number => bytes.reduce((all, one) => all + one, 0);

/** Whether most of a file is the policy engine. */
const isPolicy = ({ metafile }: BuiltUi, name: string): boolean => {
  const inputs = Object.entries(metafile.outputs[name]?.inputs ?? {});
  const of = (keep: (path: string) => boolean): number =>
    sum(inputs.filter(([path]) => keep(path)).map(([, { bytesInOutput }]) => bytesInOutput));
  return of((path) => POLICY.test(path)) > of(() => true) / 2;
};

const startsOf = (entries: BuiltUi["entries"]): readonly string[] =>
  FIRST.map((source) => entries.get(source) ?? source);

const firstLoad = (entries: BuiltUi["entries"], outputs: BuiltUi["metafile"]["outputs"]): ReadonlySet<string> =>
  loadedAtOnce(startsOf(entries), outputs);

/** First load, each page's own file, the policy engine, and all files together. */
export const sizesOf = async (built: BuiltUi): Promise<readonly Size[]> => {
  const { files, entries, metafile } = built;
  const sizes = new Map<string, number>();
  for (const [name, bytes] of files) sizes.set(name, (await gzipped(bytes)).length);
  const bytesOf = (names: Iterable<string>): number => sum([...names].map((name) => sizes.get(name) ?? 0));

  const starts = startsOf(entries);
  const first = firstLoad(entries, metafile.outputs);
  const pages = [...entries].flatMap(([source, name]): readonly Size[] => {
    const [, page] = PAGE.exec(source) ?? [];
    return page === undefined ? [] : [{ what: `page ${page}`, bytes: bytesOf([name]), most: 20 * KB }];
  });
  return [
    { what: "first load", bytes: bytesOf(first), most: 40 * KB },
    ...FIRST.map((source, at) => ({ what: `  ${source}`, bytes: bytesOf(starts.slice(at, at + 1)) })),
    ...pages.sort((a, b) => a.what.localeCompare(b.what)),
    { what: "largest chunk", bytes: Math.max(...[...files.keys()].map((name) => bytesOf([name]))), most: 20 * KB },
    { what: "policy engine", bytes: bytesOf([...files.keys()].filter((name) => isPolicy(built, name))), most: 16 * KB },
    { what: "all files, brotli", bytes: sum(await Promise.all([...files.values()].map(inBrotli))), most: 160 * KB },
  ];
};

export const printSizes = (sizes: readonly Size[]): string => {
  const kilobytes = (bytes: number): string => (bytes / KB).toFixed(1).padStart(7);
  return sizes
    .map(({ what, bytes, most }) => `${what.padEnd(24)}${kilobytes(bytes)}${most ? ` of ${most / KB}` : ""}\n`)
    .join("");
};

export const tooLarge = (sizes: readonly Size[]): readonly Size[] =>
  sizes.filter(({ bytes, most }) => most !== undefined && bytes > most);

/**
 * The committed form: what is in the first load and in what comes on demand, by name, and sizes in whole KB, rounded up.
 */
export const printPage = ({ metafile, entries }: BuiltUi, sizes: readonly Size[]): string => {
  const first = firstLoad(entries, metafile.outputs);
  const origins = (keep: (name: string) => boolean): string =>
    [
      ...new Set(
        Object.entries(metafile.outputs)
          .filter(([name]) => keep(name))
          .flatMap(([, { inputs }]) => Object.keys(inputs).map(originOf)),
      ),
    ]
      .sort()
      .map((name) => `  ${name}\n`)
      .join("");
  const rows = sizes.map(({ what, bytes }) => `  ${what.trim()} ${Math.ceil(bytes / KB)}\n`).join("");
  return `at start\n${origins((name) => first.has(name))}on demand\n${origins((name) => !first.has(name))}KB, compressed\n${rows}`;
};
