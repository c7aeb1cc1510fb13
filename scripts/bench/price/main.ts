import { readFile, writeFile } from "node:fs/promises";
import { type Figure, figure } from "../figures.ts";
import { readDeployed } from "./deployed.ts";
import { countIdle } from "./idle.ts";
import { createOperations } from "./operations.ts";
import {
  amountOf,
  cheaperRows,
  evenText,
  idleRows,
  logRows,
  millionOf,
  monthCells,
  operationCells,
  type Row,
  readRows,
  sumOf,
} from "./tables.ts";

/**
 * `npm run bench -- price`: what an idle month and a million KV reads cost, by units and bytes that are counted here.
 * `--docs` writes them, and what follows from them, into the tables of `docs/cost.md`.
 */

const IDLE_BUDGET = 4;
const READS_BUDGET = 2.2;

const page = new URL("../../../docs/cost.md", import.meta.url);

const rowText = ({ line, arithmetic }: Row, decimals: number): string =>
  `| ${line} | ${arithmetic} | ${amountOf({ line, arithmetic }, decimals).toFixed(decimals)} |`;

const total = (name: string, amount: number, decimals: number): string =>
  `| **${name}** | | **${amount.toFixed(decimals)}** |`;

/** Puts rows in place of those of the first table below a heading, or of its first ones. */
const replaced = (text: string, heading: string, rows: readonly string[], all = true): string => {
  const begin = text.indexOf("\n|---", text.indexOf(`## ${heading}\n`)) + 1;
  const first = text.indexOf("\n", begin) + 1;
  const end = all ? text.indexOf("\n\n", first) : text.indexOf("\n", first);
  return `${text.slice(0, first)}${rows.join("\n")}${text.slice(end)}`;
};

const cells = (list: readonly string[]): string => `| ${list.join(" | ")} |`;

export const measurePrice = async (docs: boolean): Promise<readonly Figure[]> => {
  const deployed = readDeployed();
  const idle = idleRows(deployed, await countIdle(deployed.orders));
  const operations = await createOperations();
  const consumed: string[] = [];
  for (const name of operations.names) consumed.push(cells(operationCells(name, await operations.count(name))));
  const counted = { read: await operations.count("KV read"), keys: operations.keys };
  await operations.close();
  const reads = readRows(counted);
  const logs = logRows(counted, deployed);
  const [month, bare, million] = [sumOf(idle, 2), sumOf(reads, 3), sumOf([...reads, ...logs], 3)];
  if (docs) {
    const rows = (list: readonly Row[], decimals: number) => list.map((row) => rowText(row, decimals));
    let text = await readFile(page, "utf8");
    text = replaced(text, "What an operation consumes", consumed);
    text = replaced(text, "Idle, a month", [...rows(idle, 2), total("sum", month, 2)]);
    text = replaced(text, "A million KV reads", [
      ...rows(reads, 3),
      total("without logs", bare, 3),
      ...rows(logs, 3),
      total("with logs", million, 3),
    ]);
    text = replaced(text, "A million KV reads for less", rows(cheaperRows(millionOf(reads, logs)), 2));
    text = replaced(text, "A month, 10,000 secrets", [cells(monthCells(month, million))], false);
    text = text.replace(/\(407 - [\d.]+\) \/ [\d.]+ = \d+M reads a month/, evenText(month, million));
    const each = readDeployed({ alarms: "each" }).series;
    const [alarms, altogether] = [each * 0.1, month + (each - deployed.series) * 0.1];
    text = text.replace(
      /(has )\d+( of them:\s)\d+( x 0\.10 = )[\d.]+(, so )[\d.]+(\s+altogether)/,
      `$1${each}$2${each}$3${alarms.toFixed(2)}$4${altogether.toFixed(2)}$5`,
    );
    await writeFile(page, text);
  }
  return [
    figure("an idle month", month, "USD", IDLE_BUDGET),
    figure("a million KV reads", million, "USD", READS_BUDGET),
    figure("a million KV reads, without logs", bare, "USD"),
  ];
};
