import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { workThrough } from "../../../src/std/pool.ts";
import { type Figure, figure } from "../figures.ts";
import { SERIES } from "./all.ts";
import type { Played } from "./measure.ts";
import type { Order } from "./one.ts";
import { merged, pictureFile, pictureFor, withMeasured } from "./page.ts";
import type { Curve, MeasuredSeries, Series } from "./series.ts";

/**
 * `npm run bench -- scale`: what an operation costs as one thing of a deployment grows, over a table in this process
 * that counts calls and units. `--count N`: no size beyond that; `--quick`: small sizes; `--only NAME`, or part of a
 * name: only such series. `--docs` writes numbers, page and pictures of the series that were measured; the others stay
 * as they were.
 */

const root = new URL("../../../", import.meta.url);
const run = promisify(execFile);
const ONE = fileURLToPath(new URL("./one.ts", import.meta.url));
const OUTPUT_BYTES = 64 * 1024 * 1024;

const played = async (order: Order): Promise<Played> => {
  const before = performance.now();
  const given = [
    "--expose-gc",
    "--max-old-space-size=8192",
    "--max-semi-space-size=64",
    "--import",
    "tsx",
    ONE,
    "--order",
    JSON.stringify(order),
  ];
  const { stdout } = await run(process.execPath, given, { maxBuffer: OUTPUT_BYTES });
  console.error(`${order.name}: ${((performance.now() - before) / 1000).toFixed(0)} s`);
  // What `one.ts` printed.
  return JSON.parse(stdout) as Played;
};

const sizesOf = (series: Series, options: Options): readonly number[] =>
  (options.quick ? series.few : series.sizes).filter((size) => size <= (options.count ?? Number.POSITIVE_INFINITY));

const names = SERIES.map(({ name }) => name);

const writeDocs = async (now: MeasuredSeries): Promise<void> => {
  const folder = new URL("docs/scale/", root);
  const kept = new URL("measured.json", folder);
  await mkdir(folder, { recursive: true });
  const all = merged(JSON.parse(await readFile(kept, "utf8")) as readonly MeasuredSeries[], now, names);
  await writeFile(kept, `${JSON.stringify(all, undefined, 2)}\n`);
  await writeFile(new URL(pictureFile(now), folder), pictureFor(now));
  const page = new URL("docs/scale.md", root);
  await writeFile(page, withMeasured(await readFile(page, "utf8"), all));
};

const figuresOf = ({ series, over }: Played): readonly Figure[] =>
  series.curves.flatMap(({ operation, points }: Curve) => {
    const last = points.at(-1);
    if (!last) return [];
    const name = `${series.name}, ${last.size.toLocaleString("en-US")}: ${operation}`;
    const exceeded = over.filter((one) => one.operation === operation);
    return [
      figure(name, last.calls, "calls"),
      figure(name, last.reads, "read units"),
      figure(name, last.writes, "write units"),
      figure(name, last.microseconds, "us of processor"),
      figure(`${name}, sizes over budget`, exceeded.length, "", 0),
    ];
  });

export interface Options {
  readonly quick: boolean;
  readonly count: number | undefined;
  readonly docs: boolean;
  /** Part of a name; empty: all. */
  readonly only: string;
}

export const measureScale = async (options: Options): Promise<readonly Figure[]> => {
  const wanted = SERIES.filter(({ name }) => name.toLowerCase().includes(options.only.toLowerCase()));
  const done = new Map<string, Played>();
  // The longest first.
  const order = [...wanted].sort((a, b) => (b.sizes.at(-1) ?? 0) - (a.sizes.at(-1) ?? 0));
  const whole = !options.quick && options.count === undefined;
  if (options.docs && !whole) throw new Error("the page has every size: without --quick and --count");
  let written = Promise.resolve();
  await workThrough(order, availableParallelism(), async (series) => {
    const one = await played({ name: series.name, sizes: sizesOf(series, options) });
    done.set(series.name, one);
    for (const over of one.over) console.error("over budget", over);
    // At once: a long run that is broken off leaves what it has.
    if (options.docs) written = written.then(() => writeDocs(one.series));
    await written;
  });
  const all = wanted.flatMap(({ name }) => done.get(name) ?? []);
  return all.flatMap(figuresOf);
};
