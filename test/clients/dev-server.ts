import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A dev server in a process of its own, on free ports, with everything in memory. */
export interface DevServer {
  readonly url: string;
  readonly rootToken: string;
  /** Where the embedded AWS answers. */
  readonly awsUrl: string;
  /** An administrator of an account of the embedded AWS, as the variables AWS's own tools read. */
  readonly identity: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const ROOT_TOKEN = "root";
const ADDRESS = /^Zeroth answers on (\S+)$/;
const AWS_ADDRESS = /^The embedded AWS answers on (http[^;\s]+)/;
const ACCOUNT = /^ {2}(\d{12}) {2}(\S+) {2}(\S+)$/;
const LAST_LINE = /^Everything is in memory/;

/** `more`: further flags of `zeroth server`. */
export const startDevServer = async (more: readonly string[] = []): Promise<DevServer> => {
  const anyPort = "127.0.0.1:0";
  const flags = ["--listen", anyPort, "--aws-listen", anyPort, "--root-token", ROOT_TOKEN, ...more];
  const child = spawn(process.execPath, ["--no-warnings", "--import", "tsx", "bin/zeroth.ts", "server", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints += String(chunk);
  });
  let url = "";
  let awsUrl = "";
  let identity: Readonly<Record<string, string>> | undefined;
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      url ||= ADDRESS.exec(line)?.[1] ?? "";
      awsUrl ||= AWS_ADDRESS.exec(line)?.[1] ?? "";
      const [, account, key, secret] = ACCOUNT.exec(line) ?? [];
      if (account && key && secret)
        identity ??= { AWS_ACCOUNT_ID: account, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret };
      if (LAST_LINE.test(line)) resolve();
    });
    ended.then(
      () => reject(new Error(`the dev server did not start: ${complaints}`)),
      () => undefined,
    );
  });
  return {
    url,
    awsUrl,
    rootToken: ROOT_TOKEN,
    identity: identity ?? {},
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
};
