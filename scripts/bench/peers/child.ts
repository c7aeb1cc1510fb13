import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

/** Servers as processes of their own, whose processor time can be read. */

export interface Child {
  readonly pid: number;
  /** The first line it prints. */
  readonly firstLine: () => Promise<string>;
  /** Milliseconds of processor since it started, all threads. */
  readonly processor: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** The clock of `/proc`: ticks a second, the same on every Linux that Node runs on. */
const TICKS = 100;

/** `utime` and `stime`; the name before them may hold anything. Source: proc_pid_stat(5). */
const ticksOf = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
};

/** Linux alone tells a process's time to others. */
export const canMeasure = process.platform === "linux";

export const start = (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Child => {
  const child: ChildProcess = spawn(program, args, { env, stdio: ["ignore", "pipe", "ignore"] });
  const { pid, stdout } = child;
  if (pid === undefined || !stdout) throw new Error(`${program} did not start`);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const lines = createInterface({ input: stdout });
  const first = new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  first.catch(() => undefined);
  return {
    pid,
    firstLine: () => first,
    processor: async () => (ticksOf(await readFile(`/proc/${pid}/stat`, "utf8")) * 1000) / TICKS,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
};

const TRIES = 300;
const PAUSE_MS = 100;

/** Until the server answers, and with 200 where it must be `ready`. Throws when it never does. */
export const untilAnswers = async (address: string, ready = true): Promise<void> => {
  for (let left = TRIES; left > 0; left--) {
    const answer = await fetch(`${address}/v1/sys/health`).catch(() => undefined);
    if (answer && (answer.ok || !ready)) return;
    await pause(PAUSE_MS);
  }
  throw new Error(`${address} does not answer`);
};
