import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ENVIRONMENT } from "../../src/contract/environment.ts";
import type { Built } from "./bundles.ts";
import { type Figure, figure } from "./figures.ts";
import { nodeOfRuntime } from "./runtime.ts";
import { median } from "./samples.ts";

/**
 * How long each function takes to load, in a process of its own each time: from before the import to the module's end,
 * by the clock and in processor time of all threads. All take turns with the two clients alone and with a module that
 * does nothing, so whatever else the machine does falls on all of them. Nothing is called, so nothing leaves the machine.
 */

const run = promisify(execFile);

const PROGRAM = `
const used = process.cpuUsage();
const start = performance.now();
for (const file of process.argv.slice(1)) await import(file);
const wall = performance.now() - start;
const { user, system } = process.cpuUsage(used);
process.stdout.write(JSON.stringify([wall, (user + system) / 1000]));
process.exit(0);`;

/** Names and settings as the stack sets them; none leads anywhere. */
const environment = (name: string): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  NODE_OPTIONS: "--no-warnings",
  AWS_REGION: "us-east-1",
  AWS_LAMBDA_FUNCTION_NAME: "zeroth",
  AWS_ACCESS_KEY_ID: "none",
  AWS_SECRET_ACCESS_KEY: "none",
  [ENVIRONMENT.tableName]: "zeroth",
  [ENVIRONMENT.tableIdentity]: "zeroth",
  [ENVIRONMENT.keyId]: "arn:aws:kms:us-east-1:111122223333:key/none",
  [ENVIRONMENT.functionName]: name,
  [ENVIRONMENT.peers]: "{}",
  [ENVIRONMENT.domains]: '["*"]',
});

interface Start {
  readonly label: string;
  readonly name: string;
  readonly files: readonly string[];
  readonly budget: number | null;
  readonly walls: number[];
  readonly processors: number[];
}

/** What takes turns. The budgets are those of the product: 1.4 for `kv`, whose start callers feel most, else 1.5. */
const startsIn = (outdir: string, { names, kvEngine }: Built): readonly Start[] => {
  const start = (name: string, budget: number | null, more: readonly string[] = [], label = name): Start => ({
    label,
    name,
    files: [`${outdir}/${name}/index.mjs`, ...more],
    budget,
    walls: [],
    processors: [],
  });
  return [
    start("clients-only", null, [], "the two clients alone"),
    start("own-clients", null, [], "our two clients"),
    start("nothing", null, [], "a module that does nothing"),
    ...names.map((name) => start(name, name === "kv" ? 1.4 : 1.5)),
    start("kv", null, [kvEngine], "kv with its engine"),
  ];
};

/** `outdir` holds what was built. */
export const measureInit = async (outdir: string, built: Built, samples: number): Promise<readonly Figure[]> => {
  const node = await nodeOfRuntime();
  const version = (await run(node, ["--version"])).stdout.trim();
  const starts = startsIn(outdir, built);
  for (let sample = -1; sample < samples; sample++) {
    for (const { name, files, walls, processors } of starts) {
      const urls = files.map((file) => pathToFileURL(resolve(file)).href);
      const given = ["--input-type=module", "--eval", PROGRAM, ...urls];
      const { stdout } = await run(node, given, { env: environment(name) });
      const [wall, processor] = JSON.parse(stdout) as [number, number];
      // The first of each only warms the file cache.
      if (sample < 0) continue;
      walls.push(wall);
      processors.push(processor);
    }
  }
  const [clients, ...others] = starts;
  if (clients === undefined) return [];
  return [
    figure(`init of ${clients.label}, Node ${version}`, median(clients.walls), "ms"),
    figure(`init of ${clients.label}, processor`, median(clients.processors), "ms"),
    ...others.flatMap(({ label, walls, processors, budget }) => [
      figure(`init of ${label}, processor`, median(processors), "ms"),
      figure(`init of ${label} / the two clients alone`, median(walls) / median(clients.walls), "x"),
      figure(
        `init of ${label} / the two clients alone, processor`,
        median(processors) / median(clients.processors),
        "x",
        budget,
      ),
    ]),
  ];
};
