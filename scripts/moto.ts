import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AWS_TEST_ENDPOINT } from "../src/contract/environment.ts";
import { freePort } from "../test/support/free-port.ts";
import { runWithService, say } from "./with-service.ts";

/**
 * Runs a command together with moto, an AWS that others wrote: `tsx scripts/moto.ts npm test -- test/unit/engines/aws`.
 * Where Python is missing it says so and succeeds: the same tests have run on the doubles of this project.
 */

const VERSION = "5.2.5";
const FOLDER = join(".zeroth", `moto-${VERSION}`);
const BIN = join(FOLDER, "bin");

const run = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"] }).status === 0;

const install = async (): Promise<boolean> => {
  if (existsSync(join(FOLDER, "complete"))) return true;
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  if (!run("python3", "-m", "venv", FOLDER)) return false;
  if (!run(join(BIN, "python"), "-m", "pip", "install", "--quiet", `moto[server]==${VERSION}`)) return false;
  await writeFile(join(FOLDER, "complete"), "");
  return true;
};

if (spawnSync("python3", ["--version"], { stdio: "ignore" }).status !== 0)
  say("skipped: moto needs Python, which is not here");
else if (!(await install())) say("skipped: moto could not be installed");
else {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  await runWithService({
    name: "moto",
    endpoint,
    process: spawn(join(BIN, "moto_server"), ["-H", "127.0.0.1", "-p", String(port)], {
      stdio: "ignore",
      env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
    }),
    isUp: async () => (await fetch(`${endpoint}/moto-api/`)).ok,
    variable: AWS_TEST_ENDPOINT,
  });
}
