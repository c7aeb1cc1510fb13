import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ENVIRONMENT } from "../../src/contract/environment.ts";
import { type Figure, figure } from "./figures.ts";
import { median } from "./samples.ts";

/**
 * How long a function takes to load, in a process of its own each time: from before the import to the module's end.
 * The two bundles take turns. Nothing is called, so nothing leaves the machine.
 */

const run = promisify(execFile);

const PROGRAM = `
const start = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - start));
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

const millisecondsOf = async (outdir: string, name: string): Promise<number> => {
  const file = pathToFileURL(`${outdir}/${name}/index.mjs`).href;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", PROGRAM, file], {
    env: environment(name),
  });
  return Number(stdout);
};

/** `outdir` holds the built `kv` and `clients-only`. */
export const measureInit = async (outdir: string, samples: number): Promise<readonly Figure[]> => {
  const [kv, clients]: [number[], number[]] = [[], []];
  await millisecondsOf(outdir, "kv");
  for (let sample = 0; sample < samples; sample++) {
    clients.push(await millisecondsOf(outdir, "clients-only"));
    kv.push(await millisecondsOf(outdir, "kv"));
  }
  return [
    figure("init of the two clients alone", median(clients), "ms"),
    figure("init of kv", median(kv), "ms"),
    figure("init of kv / the two clients alone", median(kv) / median(clients), "x", 1.5),
  ];
};
