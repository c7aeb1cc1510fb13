import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKS } from "./checks.ts";
import { type Run, Skipped } from "./vault.ts";

/**
 * Vault's own command line against a running server: `suite.ts PROGRAM ADDRESS ROOT_TOKEN`. One line a check, so that
 * the caller can count: `ok`, `not ok` or `skip`, then the check's name.
 */

const [program = "", address = "", root = ""] = process.argv.slice(2);
const home = await mkdtemp(join(tmpdir(), "zeroth-cli-"));

const vault: Run = (args, { input = "", token = root } = {}) =>
  new Promise((resolve) => {
    const env = { HOME: home, VAULT_ADDR: address, VAULT_TOKEN: token, NO_COLOR: "1" };
    const child = execFile(program, args, { env, timeout: 30_000 }, (failed, out, err) =>
      resolve({ status: failed ? Number(failed.code ?? 1) : 0, out, err }),
    );
    child.stdin?.end(input);
  });

const { out: version } = await vault(["version"]);
console.log(`# vault (command line) ${version.trim().split(" ")[1] ?? "?"}`);
try {
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      await check(vault);
      console.log(`ok ${name}`);
    } catch (cause) {
      const text = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ").slice(0, 400);
      if (!(cause instanceof Skipped)) process.exitCode = 1;
      console.log(`${cause instanceof Skipped ? "skip" : "not ok"} ${name}: ${text}`);
    }
  }
} finally {
  await rm(home, { recursive: true, force: true });
}
