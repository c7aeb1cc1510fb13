import { type ChildProcess, spawn } from "node:child_process";

/** A program of a story, as a process. */

export interface Run {
  readonly child: ChildProcess;
  /** Standard output and standard error, as they came. */
  output(): string;
  /** The exit code; the signal's name where one ended it. */
  readonly ended: Promise<number | string>;
}

/** With no more environment than given. */
export const startRun = (
  folder: string,
  [program = "", ...args]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Run => {
  const child = spawn(program, args, {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (piece) => {
      text += String(piece);
    });
  }
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? ""));
  });
  ended.catch(() => undefined);
  return { child, ended, output: () => text };
};
