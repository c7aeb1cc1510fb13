import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientCommand } from "../../../../src/cli/client/command.ts";
import type { Console } from "../../../../src/cli/client/console.ts";
import {
  list,
  login,
  read,
  remove,
  runCommand,
  runGroup,
  runKv,
  status,
  TOKEN,
  unwrap,
  write,
} from "../../../../src/cli/client/index.ts";
import { systemClock } from "../../../../src/std/time.ts";

/** The client commands in this process, with a home folder and a terminal of the test's own. */

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Given {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed where a question is asked; absent: there is no terminal. */
  readonly typed?: string;
  readonly terminal?: boolean;
  /** Told of what is complained of, as it comes. */
  readonly told?: (text: string) => void;
}

const COMMANDS: Readonly<Record<string, ClientCommand>> = { list, login, read, delete: remove, status, unwrap, write };

/** `more`: commands besides those of the command line. */
export const commandLine = async (address: () => string, more: Readonly<Record<string, ClientCommand>> = {}) => {
  const home = await mkdtemp(join(tmpdir(), "zeroth-home-"));
  const path = (name: string): string => join(home, name);
  const run = async (words: readonly string[], given: Given = {}): Promise<Ran> => {
    let out = "";
    let err = "";
    const console: Console = {
      env: {
        VAULT_ADDR: address(),
        VAULT_MAX_RETRIES: "0",
        HOME: home,
        SHELL: "/bin/sh",
        PATH: process.env["PATH"],
        ...given.env,
      },
      home,
      clock: systemClock,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
        given.told?.(err);
      },
      input: async () => given.input ?? "",
      outIsTerminal: given.terminal ?? false,
      ask: async (question) => {
        err += question;
        return given.typed;
      },
    };
    const [name = "", ...args] = words;
    const command = COMMANDS[name] ?? more[name];
    const code =
      command !== undefined
        ? await runCommand(command, args, console)
        : name === "kv"
          ? await runKv(args, console)
          : await runGroup("token", TOKEN, args, console);
    return { code, out, err };
  };
  return {
    home,
    path,
    run,
    /** Runs what must succeed; answers what it printed. */
    done: async (words: readonly string[], given: Given = {}): Promise<string> => {
      const { code, out, err } = await run(words, given);
      if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${err}`);
      return out;
    },
    stored: async (): Promise<{ readonly text: string; readonly mode: number }> => ({
      text: await readFile(path(".vault-token"), "utf8"),
      mode: (await stat(path(".vault-token"))).mode & 0o777,
    }),
    file: async (name: string, text: string, mode = 0o600): Promise<string> => {
      await writeFile(path(name), text);
      await chmod(path(name), mode);
      return path(name);
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
};
