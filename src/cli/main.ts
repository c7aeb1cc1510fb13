import { Command } from "commander";
import { auditCommand } from "./audit.ts";
import { operatorCommand } from "./operator.ts";
import { serverCommand } from "./server.ts";

/** The command line: `zeroth <command>`. */
export const main = async (argv: readonly string[]): Promise<void> => {
  const program = new Command("zeroth").description("a secrets manager that speaks Vault's API, without servers");
  program.addCommand(serverCommand());
  program.addCommand(auditCommand());
  program.addCommand(operatorCommand());
  await program.parseAsync([...argv]);
};
