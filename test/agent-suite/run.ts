import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildAgentFile } from "../../scripts/build/agent-file.ts";
import { startDevServer } from "../clients/dev-server.ts";
import { Missing, need, virtualEnvironment } from "../support/programs.ts";

/**
 * `npm run test:agent`: the agent's suite, with the agent's own file, against servers of this checkout. `--sources` runs
 * the agent from its sources, `--verbose` prints every check; names of parts run those alone.
 */

/** Parts that run one after the other against one server; the groups run at the same time. */
const GROUPS = [
  ["process", "exec", "attacks"],
  ["auth", "sinks", "listener"],
  ["templates", "renewal", "tls"],
] as const;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { sources: { type: "boolean" }, verbose: { type: "boolean" } },
});

const script = fileURLToPath(new URL("run.sh", import.meta.url));
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const LAST_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;

const exitOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));

/** Runs parts against a server of their own. A suite that ends early has failed, whatever it counted. */
const runParts = async (parts: readonly string[], environment: NodeJS.ProcessEnv): Promise<Tally> => {
  const server = await startDevServer();
  try {
    const child = spawn("bash", [script, server.url, server.rootToken], {
      env: { ...environment, SUITES_ONLY: parts.join(",") },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = exitOf(child);
    let tally: Tally | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      const [, passed, failed, skipped] = LAST_LINE.exec(line) ?? [];
      if (passed !== undefined) {
        tally = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
      } else if (options.verbose || !line.startsWith("ok ")) print(line);
    }
    const code = await ended;
    if (tally === undefined || (code !== 0 && tally.failed === 0)) {
      print(`not ok ${parts.join(", ")}: ended with ${code} before its end`);
      return { passed: tally?.passed ?? 0, failed: 1, skipped: tally?.skipped ?? 0 };
    }
    return tally;
  } finally {
    await server.stop();
  }
};

const python = async (): Promise<string> => {
  for (const [program, flag] of [
    ["bash", "--version"],
    ["jq", "--version"],
    ["openssl", "version"],
    ["curl", "--version"],
  ] as const) {
    await need(program, [flag], program);
  }
  const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
  return `${process.cwd()}/${await virtualEnvironment(".zeroth/agent-suite", requirements)}/bin/python`;
};

const agent = async (): Promise<string> => {
  if (options.sources) return `${process.execPath} --import tsx bin/zeroth.ts agent`;
  return `${process.execPath} ${(await buildAgentFile()).file} agent`;
};

try {
  const environment = { ...process.env, SUITES_PYTHON: await python(), SUITES_AGENT: await agent() };
  const chosen = GROUPS.map((parts) => parts.filter((part) => positionals.length === 0 || positionals.includes(part)));
  const tallies = await Promise.all(
    chosen.filter((parts) => parts.length > 0).map((parts) => runParts(parts, environment)),
  );
  const total = (key: keyof Tally): number => tallies.reduce((sum, tally) => sum + tally[key], 0);
  print(`${total("passed")} passed, ${total("failed")} failed, ${total("skipped")} skipped`);
  process.exitCode = total("failed") === 0 && total("passed") > 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  print(`the agent's suite is skipped: ${error.message}`);
}
