import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { ExecConfig } from "../config/model.ts";
import { AgentError, type Surroundings } from "../contract.ts";
import { whyNotStarted } from "../reason.ts";

/**
 * One run of the program. A line of shell leads a group of processes of its own, so that signals reach what it started;
 * a program by itself stays in the agent's group and keeps its terminal.
 */

export interface Child {
  readonly pid: number | undefined;
  /** Its exit code; 128 and the signal's number where a signal ended it. Rejects with `AgentError`: it did not start. */
  readonly ended: Promise<number>;
  /** Sends the stop signal, and after `patience` milliseconds the one that cannot be ignored. Resolves once it ended. */
  stop(patience: number): Promise<void>;
}

/** A line for a shell: a list of one with blanks in it. */
const isLine = ([first = "", ...rest]: readonly string[]): boolean => rest.length === 0 && /\S\s+\S/.test(first);

const codeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal]);

const endOf = (child: ChildProcess, program: string): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once("exit", (code, signal) => resolve(codeOf(code, signal)));
    child.once("error", (error) => {
      // It is told of signals that could not be sent, too.
      if (child.pid === undefined) {
        reject(new AgentError(`error starting the child process: ${program}: ${whyNotStarted(error)}`));
      }
    });
  });

/** `values`: the secrets, by the names of their variables; they go before the agent's environment. */
export const startChild = (
  { command, restartStopSignal }: ExecConfig,
  values: ReadonlyMap<string, string>,
  { env, timer }: Pick<Surroundings, "env" | "timer">,
): Child => {
  const line = isLine(command);
  const [program = "", ...rest] = line ? ["sh", "-c", ...command] : command;
  const child = spawn(program, rest, {
    env: { ...env, ...Object.fromEntries(values) },
    stdio: "inherit",
    detached: line,
  });
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(line ? -child.pid : child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  // An agent that dies of a fault of its own takes the program with it.
  const last = (): void => send(restartStopSignal);
  process.once("exit", last);
  const ended = endOf(child, program).finally(() => process.removeListener("exit", last));
  ended.catch(() => undefined);
  return {
    pid: child.pid,
    ended,
    stop: async (patience) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      send(restartStopSignal);
      const cancel = timer(patience, () => send("SIGKILL"));
      await ended.catch(() => undefined);
      cancel();
    },
  };
};
