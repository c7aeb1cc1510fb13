import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { writeWholeFile } from "../../agent/files/index.ts";
import { attributeOf, parseHcl } from "../../hcl/hcl.ts";
import { codeOf } from "../../std/error-code.ts";
import { systemRandom } from "../../std/random.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { CommandFailure, type Console } from "./console.ts";

/**
 * Where a login's token is kept: the file that `vault` and `bao` read too, or the program that the user's configuration
 * names. The token is never an argument of a program and never in an environment.
 */

export interface TokenHelper {
  get(): Promise<Sensitive<string> | undefined>;
  store(token: Sensitive<string>): Promise<void>;
}

const orAbsent = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
    throw new CommandFailure(`${path} cannot be read`);
  }
};

const tokenOf = (words: string | undefined): Sensitive<string> | undefined => {
  const token = words?.trim() ?? "";
  return token === "" ? undefined : new Sensitive(token);
};

const fileHelper = (path: string): TokenHelper => ({
  get: async () => tokenOf(await orAbsent(path)),
  store: (token) => writeWholeFile(path, token.reveal(), { mode: 0o600, umask: "ignored" }, systemRandom),
});

/** Runs the helper by the user's shell, as Vault's command line does; answers what it prints. */
const runHelper = async (program: string, verb: string, { env }: Console, input = ""): Promise<string> => {
  const child = spawn(env["SHELL"] || "/bin/sh", ["-c", `${program} ${verb}`], {
    env: { ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A helper that ends without reading breaks the pipe.
  child.stdin.on("error", () => undefined).end(input);
  const ended = new Promise<number | null>((resolve) => child.on("error", () => resolve(null)).on("close", resolve));
  const [out, , code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0)
    throw new CommandFailure(`the token helper ${program} failed to ${verb} the token (${code ?? "it cannot be run"})`);
  return out;
};

const programHelper = (program: string, console: Console): TokenHelper => ({
  get: async () => tokenOf(await runHelper(program, "get", console)),
  store: async (token) => {
    await runHelper(program, "store", console, token.reveal());
  },
});

/** The program that `~/.vault` names; `undefined`: none. */
const configured = async ({ env, home }: Console): Promise<string | undefined> => {
  const path = env["BAO_CONFIG_PATH"] || env["VAULT_CONFIG_PATH"] || join(home, ".vault");
  const words = await orAbsent(path);
  if (words === undefined) return undefined;
  try {
    const helper = attributeOf(parseHcl(words), "token_helper");
    return helper?.kind === "string" && helper.value !== "" ? helper.value : undefined;
  } catch {
    throw new CommandFailure(`${path} cannot be read: it is not HCL`);
  }
};

export const openTokenHelper = async (console: Console): Promise<TokenHelper> => {
  const program = await configured(console);
  if (program !== undefined) return programHelper(program, console);
  const { env, home } = console;
  return fileHelper(env["BAO_TOKEN_PATH"] || env["VAULT_TOKEN_PATH"] || join(home, ".vault-token"));
};
