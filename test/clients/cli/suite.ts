import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKS } from "./checks.ts";
import { LOGINS } from "./logins.ts";
import { PKI } from "./pki.ts";
import { SIDE_BY_SIDE } from "./side-by-side.ts";
import { TRANSIT } from "./transit.ts";
import { type Run, Skipped } from "./vault.ts";

/**
 * Vault's own command line against a running server: `suite.ts PROGRAM ADDRESS ROOT_TOKEN`. One line a check, so that
 * the caller can count: `ok`, `not ok` or `skip`, then the check's name.
 */

const [program = "", address = "", root = ""] = process.argv.slice(2);
const home = await mkdtemp(join(tmpdir(), "zeroth-cli-"));

/** One word of a shell's command line. */
const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

const vault: Run = (args, { input = "", token = root, environment = {}, terminal, told } = {}) =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env["PATH"],
      HOME: home,
      VAULT_ADDR: address,
      VAULT_TOKEN: token,
      NO_COLOR: "1",
      ...environment,
    };
    const line = [program, ...args].map(quoted).join(" ");
    const [file, words] = terminal ? ["script", ["-qefc", line, "/dev/null"]] : [program, args];
    const child = execFile(file, words, { env, timeout: 120_000 }, (failed, out, err) =>
      resolve({ status: failed ? Number(failed.code ?? 1) : 0, out, err }),
    );
    let heard = "";
    const hear = (chunk: string): void => {
      heard += chunk;
      const typed = told?.(heard);
      if (typed !== undefined) child.stdin?.write(typed);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    // A command that ends without reading what it is given breaks the pipe.
    child.stdin?.on("error", () => undefined);
    if (!told) child.stdin?.end(input);
  });

const { out: version } = await vault(["version"]);
const [name = "?", number = "?"] = version.trim().split(" ");
console.log(`# ${name} (command line) ${number}`);
try {
  for (const [name, check] of Object.entries({ ...CHECKS, ...LOGINS, ...TRANSIT, ...PKI, ...SIDE_BY_SIDE })) {
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
