/**
 * What to paste into a terminal: one line, or what follows would be read as the token. The token is not part of it: `read` asks for it, so that no history file has it.
 */
export const shellCommands = (origin: string): string =>
  `export VAULT_ADDR=${origin}; printf 'Token: '; read -rs VAULT_TOKEN && export VAULT_TOKEN`;
