import type { Command } from "commander";

/**
 * The commands of `zeroth` that machines and people use a server with. Each row loads its own code and nothing else, so
 * that an agent, of which a machine runs many, loads no other. The agent's own file has these commands alone.
 */

interface Row {
  /** For `zeroth --help`. */
  readonly summary: string;
}

/** Reads its arguments by itself, in Vault's style (`-config=x`), and answers the exit code. */
interface OwnArguments extends Row {
  readonly run: () => Promise<(args: readonly string[]) => Promise<number>>;
  /** Has stopped all it began when it answers: what a library still waits for must not keep the process alive. */
  readonly hasStopped?: true;
}

interface WithCommander extends Row {
  readonly command: () => Promise<Command>;
}

export type CommandRow = OwnArguments | WithCommander;

export type Commands = Readonly<Record<string, CommandRow>>;

/** A command that talks to a server, by its name in `client/`. */
const clientCommand = async (name: "login" | "read" | "write" | "list" | "remove" | "unwrap" | "status") => {
  const { runCommand, ...commands } = await import("./client/index.ts");
  return (args: readonly string[]): Promise<number> => runCommand(commands[name], args);
};

export const COMMANDS: Commands = {
  agent: {
    summary: "keep a token and render secrets for applications that know nothing of vaults",
    run: async () => (await import("./agent.ts")).runAgent,
    hasStopped: true,
  },
  login: {
    summary: "get a token and store it where vault and bao look for it",
    run: () => clientCommand("login"),
  },
  read: { summary: "read what is at a path", run: () => clientCommand("read") },
  write: { summary: "write data to a path", run: () => clientCommand("write") },
  list: { summary: "list the keys below a path", run: () => clientCommand("list") },
  delete: { summary: "delete what is at a path", run: () => clientCommand("remove") },
  unwrap: { summary: "open what a wrapping token holds", run: () => clientCommand("unwrap") },
  status: { summary: "tell the state of the server", run: () => clientCommand("status") },
  kv: { summary: "secrets of the KV engine", run: async () => (await import("./client/index.ts")).runKv },
  token: {
    summary: "look up, renew or revoke a token",
    run: async () => {
      const { runGroup, TOKEN } = await import("./client/index.ts");
      return (args) => runGroup("token", TOKEN, args);
    },
  },
  "lambda-extension": {
    summary: "the extension of a Lambda function; its layer starts it",
    run: async () => (await import("./lambda-extension.ts")).runLambdaExtension,
  },
};
