import { Command } from "commander";
import { auditCommand } from "./audit.ts";
import { failureLine } from "./failure.ts";
import { operatorCommand } from "./operator.ts";
import { serverCommand } from "./server.ts";
import { quietVersionWarnings } from "./warnings.ts";

/** The command line: `zeroth <command>`. What fails says so in one line and ends with 1. */
export const main = async (argv: readonly string[]): Promise<void> => {
  quietVersionWarnings();
  const program = new Command("zeroth").description("a secrets manager that speaks Vault's API, without servers");
  program.addCommand(serverCommand());
  program.addCommand(auditCommand());
  program.addCommand(operatorCommand());
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.stderr.write(`zeroth: ${failureLine(error)}\n`);
    // What had begun (a table, a timer) must not keep the process alive.
    process.exit(1);
  }
};
