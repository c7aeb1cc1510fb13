import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A dev server in a process of its own, on free ports, with everything in memory. */
export interface DevServer {
  readonly url: string;
  readonly rootToken: string;
  stop(): Promise<void>;
}

const ROOT_TOKEN = "root";
const READY = /^Zeroth answers on (\S+)$/;

export const startDevServer = async (): Promise<DevServer> => {
  const anyPort = "127.0.0.1:0";
  const flags = ["--listen", anyPort, "--aws-listen", anyPort, "--root-token", ROOT_TOKEN];
  const child = spawn(process.execPath, ["--no-warnings", "--import", "tsx", "bin/zeroth.ts", "server", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints += String(chunk);
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = READY.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    ended.then(
      () => reject(new Error(`the dev server did not start: ${complaints}`)),
      () => undefined,
    );
  });
  return {
    url,
    rootToken: ROOT_TOKEN,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
};
