import type { Commands } from "./commands.ts";
import { failureLine } from "./failure.ts";
import { quietVersionWarnings } from "./warnings.ts";

/** What `commander` reads: `zeroth --help`, an unknown command, and every command that does not read its own arguments. */
const withCommander = async (argv: readonly string[], commands: Commands): Promise<void> => {
  const { Command } = await import("commander");
  const program = new Command("zeroth").description("a secrets manager that speaks Vault's API, without servers");
  for (const [name, row] of Object.entries(commands)) {
    if ("command" in row && name === argv[2]) program.addCommand(await row.command());
    else program.command(name).description(row.summary);
  }
  await program.parseAsync([...argv]);
};

/** Milliseconds for the last lines of a log to be written. */
const LAST_WORDS = 500;

/** The command line: `zeroth <command>`. What fails says so in one line and ends with 1. */
export const main = async (argv: readonly string[], commands: Commands): Promise<void> => {
  quietVersionWarnings();
  const [, , name = "", ...args] = argv;
  const row = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (row !== undefined && "run" in row) {
      process.exitCode = await (await row.run())(args);
      if (row.hasStopped) setTimeout(() => process.exit(), LAST_WORDS).unref();
    } else await withCommander(argv, commands);
  } catch (error) {
    process.stderr.write(`zeroth: ${failureLine(error)}\n`);
    // What had begun (a table, a timer) must not keep the process alive.
    process.exit(1);
  }
};
