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
}

interface WithCommander extends Row {
  readonly command: () => Promise<Command>;
}

export type CommandRow = OwnArguments | WithCommander;

export type Commands = Readonly<Record<string, CommandRow>>;

export const COMMANDS: Commands = {
  agent: {
    summary: "keep a token and render secrets for applications that know nothing of vaults",
    run: async () => (await import("./agent.ts")).runAgent,
  },
  "lambda-extension": {
    summary: "the extension of a Lambda function; its layer starts it",
    run: async () => (await import("./lambda-extension.ts")).runLambdaExtension,
  },
};
