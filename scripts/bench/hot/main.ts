import { readFile, writeFile } from "node:fs/promises";
import { type Figure, figure } from "../figures.ts";
import { withMarked } from "../marked.ts";
import { type HotOutcome, simulateHot } from "./simulation.ts";

/** Hot items: how many reads reach the table, and how many of them it refuses (`docs/scale.md`). */

const SECONDS = 10;
const REQUEST_MS = 6;
const SEED = 14;

interface Row {
  readonly rate: number;
  readonly readCacheMs: number;
}

const ROWS: readonly Row[] = [
  { rate: 1000, readCacheMs: 0 },
  { rate: 3000, readCacheMs: 0 },
  { rate: 10_000, readCacheMs: 0 },
  { rate: 10_000, readCacheMs: 100 },
  { rate: 10_000, readCacheMs: 1000 },
  { rate: 50_000, readCacheMs: 100 },
  { rate: 50_000, readCacheMs: 1000 },
];

/** The same numbers each time, so that the page can be compared. Source: Park and Miller (1993), the minimal standard. */
const repeatable = (): (() => number) => {
  const modulus = 2 ** 31 - 1;
  let state = SEED;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
};

const played = ({ rate, readCacheMs }: Row): Promise<HotOutcome> =>
  simulateHot({ rate, seconds: SECONDS, requestMs: REQUEST_MS, readCacheMs, random: repeatable() });

const percent = (share: number): string => (share === 0 ? "none" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`);
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

/** The table of `docs/scale.md`. */
const hotTable = async (): Promise<string> => {
  const lines: string[] = [];
  for (const row of ROWS) {
    const { environments, reads, throttled } = await played(row);
    const cells = [whole(row.rate), whole(row.readCacheMs), whole(environments), whole(reads), percent(throttled)];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  return [
    "| requests a second | `zeroth:readCacheMs` | environments | reads of the item a second | throttled |",
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
};

const PAGE = new URL("../../../docs/scale.md", import.meta.url);
const BEGIN = "<!-- hot: npm run bench -- hot --docs -->";
const END = "<!-- hot -->";

/** The page with the table as it is now. */
export const withHot = async (page: string): Promise<string> => withMarked(page, BEGIN, END, await hotTable());

/** `docs`: writes the table into the page. */
export const measureHot = async (docs: boolean): Promise<readonly Figure[]> => {
  if (docs) await writeFile(PAGE, await withHot(await readFile(PAGE, "utf8")));
  const figures: Figure[] = [];
  for (const row of ROWS) {
    const { reads, throttled } = await played(row);
    const name = `one item, ${whole(row.rate)} requests a second, late by ${whole(row.readCacheMs)} ms`;
    figures.push(figure(`${name}: reads`, Math.round(reads), "a second"));
    figures.push(figure(`${name}: throttled`, throttled * 100, "%"));
  }
  return figures;
};
