import { cpus, release, totalmem, type } from "node:os";
import type { Figure } from "./figures.ts";

/** One run of the benchmark, with the machine it ran on: what `--json` writes, and `docs/performance.md` shows. */

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** GiB. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
}

export interface Group {
  readonly title: string;
  readonly figures: readonly Figure[];
}

export interface BenchRecord {
  readonly machine: Machine;
  /** `2026-11-30`. */
  readonly date: string;
  readonly groups: readonly Group[];
}

const thisMachine = (): Machine => ({
  processor: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memory: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${release().split("-")[0]}`,
  node: process.versions.node,
});

/** What was measured just now, on this machine. */
export const recordOf = (groups: readonly Group[]): BenchRecord => ({
  machine: thisMachine(),
  date: new Date().toISOString().slice(0, 10),
  groups,
});
