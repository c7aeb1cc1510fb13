import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type LocalServer, startLocalServer } from "../../src/local/server/index.ts";

/** Entries this server answers otherwise, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "content-type-019": "a merge patch of nothing is 404 without a body, as recorded from a real server",
};

let folder: string;
let local: LocalServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zeroth-bad-inputs-"));
  appendFileSync(join(folder, "server.log"), "");
  local = await startLocalServer({
    port: 0,
    rootToken: "root",
    auditFile: join(folder, "audit.log"),
    log: (message, fields) => appendFileSync(join(folder, "server.log"), `${JSON.stringify({ message, ...fields })}\n`),
  });
});
afterAll(async () => {
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

const play = async (): Promise<string[]> => {
  const script = fileURLToPath(new URL("./run.mjs", import.meta.url));
  const corpora = ["corpus", "keys"].flatMap((name) => [
    "--corpus",
    fileURLToPath(new URL(`./${name}.json`, import.meta.url)),
  ]);
  const logs = ["--log", join(folder, "audit.log"), "--log", join(folder, "server.log")];
  // The server is in this process.
  const where = ["--addr", local.url, "--token", "root", "--pid", String(process.pid)];
  const runner = spawn(process.execPath, [script, ...where, ...corpora, ...logs]);
  let printed = "";
  for (const stream of [runner.stdout, runner.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      printed += chunk.toString("utf8");
    });
  }
  await once(runner, "close");
  return printed.split("\n");
};

it("survives every hostile request of the corpus", async () => {
  const lines = await play();

  const failed = lines.filter((line) => line.startsWith("✗"));
  const unexpected = failed.filter((line) => !Object.keys(EXCEPTIONS).some((id) => line.startsWith(`✗ ${id}:`)));
  expect(unexpected).toEqual([]);
  expect(failed).toHaveLength(Object.keys(EXCEPTIONS).length);
  expect(lines.at(-2)).toMatch(/^1[0-9]\d\d passed, \d+ failed/);
}, 600_000);
