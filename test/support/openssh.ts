import { execFile, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

/** Real OpenSSH, where this machine has it: `ssh-keygen`, `ssh`, and an `sshd` of the test's own. */

const PLACES = [
  "/usr/bin",
  "/usr/sbin",
  "/usr/local/bin",
  "/usr/local/sbin",
  "/opt/homebrew/bin",
  "/opt/homebrew/sbin",
];

/** The path of a program; `undefined` where it is not on this machine. sshd wants to be started by its whole path. */
export const programPath = (name: string): string | undefined =>
  [...(process.env["PATH"] ?? "").split(":"), ...PLACES].map((place) => join(place, name)).find(existsSync);

/** Many times what a program takes on an idle machine. */
const WAIT_MS = 120_000;

export interface Ran {
  readonly code: number;
  /** What it printed, on either way. */
  readonly text: string;
}

export const run = (program: string, args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: WAIT_MS }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) || 1 : 0, text: `${stdout}${stderr}` });
    });
  });

/** A folder of one's own with files that only their owner may read; gone after `close`. */
export interface Folder {
  readonly path: string;
  write(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

export const makeFolder = async (): Promise<Folder> => {
  const path = await mkdtemp(join(tmpdir(), "zeroth-ssh-"));
  return {
    path,
    write: async (name, text) => {
      const file = join(path, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
    close: () => rm(path, { recursive: true, force: true }),
  };
};

/** `ssh-keygen -t …` makes a pair; answers the texts' file. */
export const makeKey = async (folder: Folder, name: string, args: readonly string[]): Promise<string> => {
  const file = join(folder.path, name);
  const made = spawnSync(programPath("ssh-keygen") ?? "", ["-q", "-N", "", "-C", "", "-f", file, ...args], {
    timeout: WAIT_MS,
  });
  if (made.status !== 0) throw new Error(String(made.stderr));
  return file;
};

export interface Sshd {
  readonly port: number;
  /** Who may log in: the user that runs the test. */
  readonly user: string;
  /** What it logged so far. */
  log(): string;
  /** Waits until what it logged since its log was this long matches. */
  logged(pattern: RegExp, since?: number): Promise<void>;
  stop(): Promise<void>;
}

/** sshd, as root, wants this folder to be there. */
const PRIVILEGE_SEPARATION = "/run/sshd";

/** Starts an `sshd` on a free port of this machine's own address, with nothing but these lines of configuration. */
export const startSshd = async (folder: Folder, lines: readonly string[]): Promise<Sshd> => {
  const { username, uid } = userInfo();
  if (uid === 0) await mkdir(PRIVILEGE_SEPARATION, { recursive: true, mode: 0o755 });
  const port = await freePort();
  const file = await folder.write(
    "sshd_config",
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      "PidFile none",
      "UsePAM no",
      "StrictModes no",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PermitRootLogin prohibit-password",
      "AuthorizedKeysFile none",
      "LogLevel VERBOSE",
      "MaxStartups 100",
      "KexAlgorithms curve25519-sha256",
      "PrintMotd no",
      "PrintLastLog no",
      ...lines,
      "",
    ].join("\n"),
  );
  const options: SpawnOptions = { stdio: ["ignore", "ignore", "pipe"] };
  const child = spawn(programPath("sshd") ?? "", ["-D", "-e", "-f", file], options);
  let text = "";
  let heard = (): void => undefined;
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new Error(`sshd ended: ${text}`)));
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      heard();
      if (text.includes("Server listening on")) resolve();
    });
  });
  return {
    port,
    user: username,
    log: () => text,
    logged: (pattern, since = 0) =>
      new Promise((resolve) => {
        heard = () => {
          if (pattern.test(text.slice(since))) resolve();
        };
        heard();
      }),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
};
