import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Runs one client's suite and counts its lines: `# NAME VERSION`, then `ok`, `not ok` or `skip` for each check. A suite
 * that ends badly without having named a failure is a failure itself.
 */

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the environment of this process, without what its variables say of AWS and Vault. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Tally {
  readonly title: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Several times what the longest suite takes. */
const LIMIT_MS = 900_000;

export const runSuite = async (
  name: string,
  command: Command,
  print: (line: string) => void,
  verbose: boolean,
): Promise<Tally> => {
  // No identity, server or token of whoever runs this.
  const own = Object.entries(process.env).filter(([name]) => !/^(?:AWS|BAO|VAULT)_/.test(name));
  const env = { ...Object.fromEntries(own), ...command.environment };
  const child = spawn(command.program, command.args, { stdio: ["ignore", "pipe", "inherit"], env });
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  ended.catch(() => undefined);
  let title = name;
  const counts = { ok: 0, "not ok": 0, skip: 0 };
  for await (const line of createInterface({ input: child.stdout })) {
    const kind = line.startsWith("ok ") ? "ok" : line.startsWith("not ok ") ? "not ok" : "skip";
    if (line.startsWith("# ")) {
      title = line.slice(2);
      continue;
    }
    if (line.startsWith(`${kind} `)) counts[kind] += 1;
    if (verbose || kind !== "ok") print(`  ${line}`);
  }
  const code = await ended;
  clearTimeout(timer);
  if (code !== 0 && counts["not ok"] === 0) {
    counts["not ok"] = 1;
    print(`  not ok the suite itself: ended with ${code ?? "a signal"}`);
  }
  return { title, passed: counts.ok, failed: counts["not ok"], skipped: counts.skip };
};
