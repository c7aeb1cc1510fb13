import { FUNCTION_TABLE } from "../../../src/contract/functions.ts";
import { evaluate } from "./arithmetic.ts";
import { type Deployed, memoryOf } from "./deployed.ts";
import type { Idle } from "./idle.ts";
import type { Counted } from "./operations.ts";

/**
 * The tables of `docs/cost.md`: a line, its arithmetic, and what that comes to. Prices are AWS's list prices of us-east-1,
 * November 2026; where a figure is an estimate and not counted, the page says so.
 */

export interface Row {
  readonly line: string;
  readonly arithmetic: string;
}

const MINUTES = "43,800";
const QUARTERS = "2,920";
const ESTIMATES = { scheduledSeconds: "0.05", readSeconds: "0.006", coldSeconds: "0.35", coldStarts: "5,000" };
const LAMBDA_GB_SECOND = "0.0000133334";
/** Quarters of an hour in which one environment answers a million reads, at ten a second. */
const READ_QUARTERS = "112";
/** CloudWatch counts so many bytes an event besides the text. */
const EVENT_BYTES = 26;

const number = (value: number): string => Number(value.toFixed(2)).toLocaleString("en-US");

export const idleRows = (deployed: Deployed, idle: Idle): readonly Row[] => {
  const { series, paidMetrics, orders, platform } = deployed;
  const count = number(orders.length);
  return [
    { line: "KMS key; the first and the second rotation add 1 each", arithmetic: "1.00" },
    { line: "series of alarms (ten are in the free tier)", arithmetic: `${series} x 0.10` },
    {
      line: "metrics of our own and of event sources, while nothing happens",
      arithmetic: `${idle.events + paidMetrics} x 0.30`,
    },
    { line: "orders of the schedule, requests", arithmetic: `${count} x ${MINUTES} x 0.20/M` },
    {
      line: `orders of the schedule, duration, ${number(memoryOf(orders))} GB together`,
      arithmetic: `${MINUTES} x ${ESTIMATES.scheduledSeconds} s x ${number(memoryOf(orders))} GB x ${LAMBDA_GB_SECOND}`,
    },
    { line: "what they read", arithmetic: `${MINUTES} x ${number(idle.reads)} RRU x 0.125/M` },
    { line: "what they write", arithmetic: `${MINUTES} x ${number(idle.writes)} WRU x 0.625/M` },
    { line: "data keys they unwrap, every 15 minutes", arithmetic: `${QUARTERS} x ${number(idle.unwraps)} x 0.000003` },
    {
      line: "Lambda's own lines of them",
      arithmetic: `${count} x ${MINUTES} x (${platform.bytes} + ${platform.lines} x ${EVENT_BYTES}) B x 0.50/GB`,
    },
    { line: "table and backup, 10,000 secrets of 2 KB", arithmetic: "0.02 GB x (0.25 + 0.20)" },
  ];
};

export interface Read {
  readonly read: Counted;
  /** Data keys of an environment. */
  readonly keys: number;
}

export const readRows = ({ read, keys }: Read): readonly Row[] => {
  const gb = number(FUNCTION_TABLE.kv.memory / 1024);
  return [
    { line: "HTTP API", arithmetic: "1M x 1.00/M" },
    { line: "Lambda requests", arithmetic: "1M x 0.20/M" },
    {
      line: "Lambda duration",
      arithmetic: `1M x ${ESTIMATES.readSeconds} s x ${gb} GB x ${LAMBDA_GB_SECOND}`,
    },
    {
      line: "cold starts, 0.5 %",
      arithmetic: `${ESTIMATES.coldStarts} x ${ESTIMATES.coldSeconds} s x ${gb} GB x ${LAMBDA_GB_SECOND}`,
    },
    {
      line: "DynamoDB: epoch, token, entity, secret, strongly consistent",
      arithmetic: `1M x ${number(read.reads)} RRU x 0.125/M`,
    },
    {
      line: "KMS: an environment's data keys, every 15 minutes for 28 hours at ten reads a second",
      arithmetic: `(${READ_QUARTERS} x ${keys} + 1M x ${read.unwraps}) x 0.000003`,
    },
  ];
};

export const logRows = ({ read }: Read, { platform, accessLine }: Deployed): readonly Row[] => [
  {
    line: "audit lines",
    arithmetic: `1M x (${number(read.bytes)} + ${read.lines} x ${EVENT_BYTES}) B x 0.50/GB`,
  },
  {
    line: "Lambda's own lines",
    arithmetic: `1M x (${platform.bytes} + ${platform.lines} x ${EVENT_BYTES}) B x 0.50/GB`,
  },
  { line: "access log", arithmetic: `1M x (${accessLine.length} + ${EVENT_BYTES}) B x 0.50/GB` },
];

/** What lines come to, each rounded as it is shown, so that a reader's sum is ours. */
export const amountOf = ({ arithmetic }: Row, decimals: number): number =>
  Number(evaluate(arithmetic).toFixed(decimals));

export const sumOf = (rows: readonly Row[], decimals: number): number =>
  Number(rows.reduce((sum, row) => sum + amountOf(row, decimals), 0).toFixed(decimals));

/** What a million reads cost, as parts of the two sums. */
export interface Million {
  readonly bare: number;
  readonly audit: number;
  readonly platform: number;
  readonly access: number;
}

export const millionOf = (reads: readonly Row[], logs: readonly Row[]): Million => {
  const [audit = 0, platform = 0, access = 0] = logs.map((row) => amountOf(row, 3));
  return { bare: sumOf(reads, 3), audit, platform, access };
};

/** Ways to pay less, each by itself. */
export const cheaperRows = ({ bare, audit, platform, access }: Million): readonly Row[] => {
  const [b, a, p, x] = [bare, audit, platform, access].map((amount) => amount.toFixed(3));
  return [
    { line: "as it is", arithmetic: `${b} + ${a} + ${p} + ${x}` },
    {
      line: "`zeroth:logClass=INFREQUENT_ACCESS` (0.25 a GB)",
      arithmetic: `${b} + (${a} + ${p}) x 0.25 / 0.50 + ${x}`,
    },
    { line: "`zeroth:platformLines=failures`", arithmetic: `${b} + ${a} + ${x}` },
    { line: "both of them", arithmetic: `${b} + ${a} x 0.25 / 0.50 + ${x}` },
    { line: "no access log (no setting leaves it out)", arithmetic: `${b} + ${a} + ${p}` },
    { line: "nine reads of ten out of the agent's cache", arithmetic: `(${b} + ${a} + ${p} + ${x}) / 10` },
  ];
};

const MILLIONS = [1, 10, 100, 1000];

/** First cell and amounts of the months' first row. */
export const monthCells = (idle: number, million: number): readonly string[] => [
  `**Zeroth** (${idle.toFixed(2)} + ${million.toFixed(2)}/M)`,
  ...MILLIONS.map((count) => Math.round(idle + million * count).toLocaleString("en-US")),
];

/** Where a cluster of five costs as much. */
export const evenText = (idle: number, million: number): string =>
  `(407 - ${idle.toFixed(2)}) / ${million.toFixed(2)} = ${Math.floor((407 - idle) / million)}M reads a month`;

export const operationCells = (name: string, { calls, reads, writes, bytes }: Counted): readonly string[] =>
  [name, calls, reads, writes, bytes].map(String);
