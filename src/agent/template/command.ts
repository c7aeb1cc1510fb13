import { type ChildProcess, spawn } from "node:child_process";
import type { CommandConfig } from "../config/model.ts";
import type { Surroundings } from "../contract.ts";
import { whyNotStarted } from "../reason.ts";
import { TemplateFailure } from "./failure.ts";

/**
 * Runs a template's command with the agent's environment; what it prints is the agent's output. It leads a group of
 * processes of its own, so that a shell's children end with it when its time is over.
 */

/** Milliseconds between the polite signal and the other one, when the agent stops. */
const GRACE = 5000;

/** A list of one with blanks in it is a line for a shell. */
export const argumentsOf = ({ command, shell }: CommandConfig): readonly string[] =>
  shell ? ["sh", "-c", command.join(" ")] : command;

const kill = ({ pid }: ChildProcess, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
};

/** Throws `TemplateFailure`: it could not be started, took too long, or ended with something other than 0. */
export const runCommand = async (
  config: CommandConfig,
  { timer, env }: Pick<Surroundings, "timer" | "env">,
  signal: AbortSignal,
): Promise<void> => {
  const [program = "", ...rest] = argumentsOf(config);
  const child = spawn(program, rest, { env: { ...env }, stdio: ["ignore", "inherit", "inherit"], detached: true });
  let late = false;
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(whyNotStarted(error)));
    child.once("exit", (code, by) => resolve(code === 0 ? undefined : `it ended with ${code ?? by}`));
  });
  const cancel = timer(config.timeout, () => {
    late = true;
    kill(child, "SIGKILL");
  });
  let cancelKill = (): void => undefined;
  const stop = (): void => {
    kill(child, "SIGTERM");
    cancelKill = timer(GRACE, () => kill(child, "SIGKILL"));
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const reason = await ended;
    if (late) throw new TemplateFailure(`command did not exit within ${config.timeout / 1000}s`);
    if (reason !== undefined) throw new TemplateFailure(`command exited with a non-zero exit status: ${reason}`);
  } finally {
    cancel();
    cancelKill();
    signal.removeEventListener("abort", stop);
  }
};
