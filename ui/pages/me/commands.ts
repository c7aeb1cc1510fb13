/**
 * What to paste into a terminal. The token is not part of it: `read` asks for it, so that no history file has it.
 */
export const shellCommands = (origin: string): string =>
  [`export VAULT_ADDR=${origin}`, `read -rs VAULT_TOKEN && export VAULT_TOKEN`, "vault token lookup"].join("\n");
