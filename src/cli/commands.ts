import type { Command } from "commander";

/**
 * The commands of `zeroth`. Each row loads its own code and nothing else, so that an agent, of which a machine runs
 * many, never loads the server.
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

export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  agent: {
    summary: "keep a token and render secrets for applications that know nothing of vaults",
    run: async () => (await import("./agent.ts")).runAgent,
  },
  server: {
    summary: "run the server on this machine, for trying, developing and testing",
    command: async () => (await import("./server.ts")).serverCommand(),
  },
  audit: {
    summary: "the audit log",
    command: async () => (await import("./audit.ts")).auditCommand(),
  },
  operator: {
    summary: "orders that only the operator's AWS identity may give, directly to the system function",
    command: async () => (await import("./operator.ts")).operatorCommand(),
  },
};
