import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { workThrough } from "../../../src/std/pool.ts";
import { type Figure, figure } from "../figures.ts";
import { withMarked } from "../marked.ts";
import { type Panel, pictureOf } from "../picture.ts";
import type { Order, Printed } from "./one.ts";
import type { Lag, Outcome } from "./scenario.ts";

/**
 * `npm run bench -- leases`: the real sweepers over a simulated table and clock, with 10^4, 10^5 and 10^6 leases, a
 * burst, and a target that is down or slow. `--count N`: only so many; `--quick`: a hundredth of everything; neither
 * changes the docs. `--docs` writes the numbers into `docs/leases.md` and the picture next to it.
 */

const SECONDS = 1000;
const COUNTS = [10_000, 100_000, 1_000_000] as const;
const TARGET_LAG = 60;
const GIGABYTE = 1e9;

const root = new URL("../../../", import.meta.url);

interface Named {
  readonly name: string;
  readonly outcome: Outcome;
}

interface Run {
  readonly name: string;
  readonly order: Order;
}

const run = promisify(execFile);
const ONE = fileURLToPath(new URL("./one.ts", import.meta.url));
const OUTPUT_BYTES = 64 * 1024 * 1024;

/** Each in a process of its own. */
const played = async ({ name, order }: Run): Promise<Named> => {
  const before = performance.now();
  const given = ["--max-old-space-size=8192", "--import", "tsx", ONE, "--order", JSON.stringify(order)];
  const { stdout } = await run(process.execPath, given, { maxBuffer: OUTPUT_BYTES });
  console.error(`${name}: ${((performance.now() - before) / 1000).toFixed(0)} s`);
  // What `one.ts` printed.
  const printed = JSON.parse(stdout) as Printed;
  return { name, outcome: { ...printed, lags: new Map(printed.lags), byCall: new Map() } };
};

const playAll = async (runs: readonly Run[]): Promise<readonly Named[]> => {
  const done = new Map<string, Named>();
  // The longest first.
  const order = [...runs].sort((a, b) => b.order.count - a.order.count);
  await workThrough(order, availableParallelism(), async (one) => {
    done.set(one.name, await played(one));
  });
  return runs.flatMap(({ name }) => done.get(name) ?? []);
};

const round = (value: number, digits = 2): string => value.toLocaleString("en-US", { maximumFractionDigits: digits });

const lagIn = ({ lags }: Outcome, group: string): Lag => lags.get(group) ?? { leases: 0, median: 0, p99: 0, max: 0 };

const groupsOf = ({ outcome }: Named): readonly string[] => [...outcome.lags.keys()];

const figuresOf = ({ name, outcome }: Named): readonly Figure[] => [
  ...[...outcome.lags].flatMap(([group, lag]) => {
    const isBound = group === "all" || group === "others" || group === "same target";
    return [
      figure(`${name}, ${group}: lag, median`, lag.median, "s"),
      figure(`${name}, ${group}: lag, p99`, lag.p99, "s", isBound ? TARGET_LAG : null),
      figure(`${name}, ${group}: lag, longest`, lag.max, "s"),
    ];
  }),
  figure(`${name}: DynamoDB calls a lease`, outcome.calls, "", 2),
  figure(`${name}: read units a lease`, outcome.reads, ""),
  figure(`${name}: write units a lease`, outcome.writes, ""),
  figure(`${name}: hottest partition`, outcome.hottest.writes, "WCU/s", 1000),
  figure(`${name}: throttled`, outcome.throttled, "", 0),
  figure(`${name}: not ended`, outcome.left, "", 0),
  figure(`${name}: ended more than once`, outcome.repeated, "", 0),
  figure(`${name}: irrevocable`, outcome.irrevocable, "", 0),
  figure(`${name}: memory`, outcome.memory / GIGABYTE, "GB"),
];

const lagRow = (what: string, lag: Lag): string =>
  `| ${what} | ${lag.leases.toLocaleString("en-US")} | ${round(lag.median, 1)} | ${round(lag.p99, 1)} | ${round(lag.max, 1)} |`;

const costRow = ({ name, outcome }: Named): string => {
  const usd = (outcome.reads * 0.125 + outcome.writes * 0.625).toFixed(2);
  const cells = [round(outcome.calls), round(outcome.reads), round(outcome.writes), usd];
  return `| ${name} | ${cells.join(" | ")} | ${round(outcome.hottest.writes, 0)} | ${(outcome.memory / GIGABYTE).toFixed(1)} |`;
};

const tables = (all: readonly Named[]): string =>
  [
    "| run | leases | lag, median (s) | p99 (s) | longest (s) |",
    "|---|---|---|---|---|",
    ...all.flatMap((one) =>
      groupsOf(one).map((group) =>
        lagRow(group === "all" ? one.name : `${one.name}: ${group}`, lagIn(one.outcome, group)),
      ),
    ),
    "",
    "| run | calls a lease | read units | write units | USD a million | hottest partition (WCU/s) | memory (GB) |",
    "|---|---|---|---|---|---|---|",
    ...all.map(costRow),
  ].join("\n");

const BEGIN = "<!-- measured: npm run bench -- leases --docs -->";
const END = "<!-- measured -->";
const SHOWN = "![Lag, calls and units by number of leases, and how a burst drains](leases.svg)";

const writeDocs = async (all: readonly Named[], picture: string): Promise<void> => {
  const page = new URL("docs/leases.md", root);
  await writeFile(page, withMarked(await readFile(page, "utf8"), BEGIN, END, `${SHOWN}\n\n${tables(all)}`));
  await writeFile(new URL("docs/leases.svg", root), picture);
};

const panels = (runs: readonly Named[], drained: Named): readonly Panel[] => {
  const by = (of: (outcome: Outcome) => number) => runs.map(({ outcome }) => [outcome.leases, of(outcome)] as const);
  return [
    {
      title: "From a lease's end to its revocation",
      x: "leases that end in 1,000 seconds",
      y: "seconds",
      logarithmic: true,
      limit: { at: TARGET_LAG, name: "target" },
      series: [
        { name: "median", points: by((outcome) => lagIn(outcome, "all").median) },
        { name: "p99", points: by((outcome) => lagIn(outcome, "all").p99) },
        { name: "longest", points: by((outcome) => lagIn(outcome, "all").max) },
      ],
    },
    {
      title: "DynamoDB, for each lease",
      x: "leases that end in 1,000 seconds",
      y: "calls, units",
      logarithmic: true,
      series: [
        { name: "calls", points: by(({ calls }) => calls) },
        { name: "reads", points: by(({ reads }) => reads) },
        { name: "writes", points: by(({ writes }) => writes) },
      ],
    },
    {
      title: `A burst of ${lagIn(drained.outcome, "burst").leases.toLocaleString("en-US")} at one target`,
      x: "seconds",
      y: "leases that wait",
      series: [{ name: "wait", points: drained.outcome.waiting.map((count, second) => [second, count] as const) }],
    },
  ];
};

export const measureLeases = async (options: {
  readonly count?: number | undefined;
  readonly quick: boolean;
  readonly docs: boolean;
}): Promise<readonly Figure[]> => {
  const share = options.quick ? 100 : 1;
  const counts = options.count === undefined ? COUNTS.map((count) => count / share) : [options.count];
  const rate = options.quick ? 5 : 100;
  const seconds = options.quick ? 120 : 400;
  const steady = counts.map((count): Run => {
    return {
      name: `${count.toLocaleString("en-US")} leases`,
      order: { kind: "steady", count, rate: 0, seconds: SECONDS },
    };
  });
  const special: readonly Run[] = [
    { name: "burst", order: { kind: "burst", count: 100_000 / share, rate, seconds } },
    { name: "a target down", order: { kind: "down", count: 0, rate, seconds } },
    { name: "a target slow", order: { kind: "slow", count: 0, rate, seconds } },
  ];
  const all = await playAll(options.count === undefined ? [...steady, ...special] : steady);
  const drained = all.find(({ name }) => name === "burst");
  const picture = drained && pictureOf("How leases end, under load", panels(all.slice(0, steady.length), drained));
  if (options.docs && picture !== undefined) await writeDocs(all, picture);
  return all.flatMap(figuresOf);
};
