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
import { pictureFile, pictureFor, withMeasured } from "./page.ts";
import type { Curve, Series } from "./series.ts";

/**
 * `npm run bench -- scale`: what an operation costs as one thing of a deployment grows, over a table in this process
 * that counts calls and units. `--count N`: no size beyond that; `--quick`: small sizes; a name, or part of one, after
 * `scale`: only such series. `--docs` writes numbers, page and pictures; it needs every size of every series.
 */

const root = new URL("../../../", import.meta.url);
const run = promisify(execFile);
const ONE = fileURLToPath(new URL("./one.ts", import.meta.url));
const OUTPUT_BYTES = 64 * 1024 * 1024;

const played = async (order: Order): Promise<Played> => {
  const before = performance.now();
  const given = ["--expose-gc", "--max-old-space-size=8192", "--import", "tsx", ONE, "--order", JSON.stringify(order)];
  const { stdout } = await run(process.execPath, given, { maxBuffer: OUTPUT_BYTES });
  console.error(`${order.name}: ${((performance.now() - before) / 1000).toFixed(0)} s`);
  // What `one.ts` printed.
  return JSON.parse(stdout) as Played;
};

const sizesOf = (series: Series, options: Options): readonly number[] =>
  (options.quick ? series.few : series.sizes).filter((size) => size <= (options.count ?? Number.POSITIVE_INFINITY));

const writeDocs = async (all: readonly Played[]): Promise<void> => {
  const measured = all.map(({ series }) => series);
  const folder = new URL("docs/scale/", root);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL("measured.json", folder), `${JSON.stringify(measured, undefined, 2)}\n`);
  for (const series of measured) await writeFile(new URL(pictureFile(series), folder), pictureFor(series));
  const page = new URL("docs/scale.md", root);
  await writeFile(page, withMeasured(await readFile(page, "utf8"), measured));
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
  await workThrough(order, availableParallelism(), async (series) => {
    done.set(series.name, await played({ name: series.name, sizes: sizesOf(series, options) }));
  });
  const all = wanted.flatMap(({ name }) => done.get(name) ?? []);
  for (const { over } of all) for (const one of over) console.error("over budget", one);
  const whole = !options.quick && options.count === undefined && options.only === "";
  if (options.docs && whole) await writeDocs(all);
  return all.flatMap(figuresOf);
};
