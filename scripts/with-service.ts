import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a command together with a service that was started for it: for scripts that are given the command. */

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const TRIES = 120;
const PAUSE_MS = 500;

export interface Service {
  /** The service's name, as people read it. */
  readonly name: string;
  readonly endpoint: string;
  readonly process: ChildProcess;
  /** Rejects or is false until the service answers. */
  readonly isUp: () => Promise<boolean>;
  /** The variable that tells the command where the service is. */
  readonly variable: string;
}

/** Waits for the service, runs the command of this process's arguments, and ends as the command does. */
export const runWithService = async ({ name, endpoint, process: service, isUp, variable }: Service): Promise<void> => {
  const [command = "", ...args] = process.argv.slice(2);
  const answers = async (): Promise<void> => {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (await isUp().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new Error(`${name} gives no answer`);
  };
  try {
    await answers();
    say(`${name} answers on ${endpoint}`);
    const run = spawn(command, args, { stdio: "inherit", env: { ...process.env, [variable]: endpoint } });
    const [code] = (await once(run, "exit")) as [number | null];
    process.exitCode = code ?? 1;
  } finally {
    service.kill();
  }
};
