import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Figure } from "./figures.ts";
import { type BenchRecord, type Group, recordOf } from "./record.ts";

/** `docs/performance.md` from a recorded run: `npm run bench -- --docs` writes both. */

const shown = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(3));

const line = ({ name, value, unit, budget, ok }: Figure): string =>
  `| ${name} | ${shown(value)} ${unit} | ${budget === null ? "" : shown(budget)} | ${budget === null ? "" : ok ? "yes" : "**no**"} |`;

const section = ({ title, figures }: Group): string =>
  [`## ${title}`, "", "| | measured | at most | met |", "|---|---|---|---|", ...figures.map(line)].join("\n");

export const performancePage = ({ machine, date, groups }: BenchRecord): string => {
  const missed = groups.flatMap(({ figures }) => figures).filter(({ ok }) => !ok);
  return `# Performance

Written by \`npm run bench -- --docs\` from [performance.json](performance.json); do not edit. Measured on ${date}:
${machine.processor}, ${machine.cores} cores, ${machine.memory} GiB, ${machine.system}, Node ${machine.node}.

Times depend on the machine. Ratios depend on it less: both sides of a ratio were measured in the same run, in turn.
Calls are counted and must match exactly. [scripts/bench](../scripts/bench/README.md) says what each row measures;
[cost.md](cost.md) what a deployment costs, [scale.md](scale.md) how it grows.

${missed.length === 0 ? "Every budget is met." : `Not met: ${missed.map(({ name }) => name).join("; ")}.`}

${groups.map(section).join("\n\n")}
`;
};

/** Writes the record and the page of it. `root`: of the checkout. */
export const writePerformance = async (root: string, groups: readonly Group[]): Promise<void> => {
  const record = recordOf(groups);
  await writeFile(join(root, "docs/performance.json"), `${JSON.stringify(record, undefined, 2)}\n`);
  await writeFile(join(root, "docs/performance.md"), performancePage(record));
};
