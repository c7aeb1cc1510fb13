import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { AWS_TEST_ENDPOINT } from "../src/contract/environment.ts";

/**
 * Runs a command together with moto, an AWS that others wrote: `tsx scripts/moto.ts npm test -- test/unit/engines/aws`.
 * Where Python is missing it says so and succeeds: the same tests have run on the doubles of this project.
 */

const VERSION = "5.2.5";
const FOLDER = join(".zeroth", `moto-${VERSION}`);
const BIN = join(FOLDER, "bin");

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

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

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
};

const answers = async (endpoint: string): Promise<void> => {
  for (let attempt = 0; attempt < 120; attempt++) {
    const up = await fetch(`${endpoint}/moto-api/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("moto gives no answer");
};

const [command = "", ...args] = process.argv.slice(2);
if (spawnSync("python3", ["--version"], { stdio: "ignore" }).status !== 0)
  say("skipped: moto needs Python, which is not here");
else if (!(await install())) say("skipped: moto could not be installed");
else {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const moto = spawn(join(BIN, "moto_server"), ["-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
  });
  try {
    await answers(endpoint);
    say(`moto answers on ${endpoint}`);
    const tests = spawn(command, args, { stdio: "inherit", env: { ...process.env, [AWS_TEST_ENDPOINT]: endpoint } });
    const [code] = (await once(tests, "exit")) as [number | null];
    process.exitCode = code ?? 1;
  } finally {
    moto.kill();
  }
}
