/**
 * The commands for machines without another client of Vault's API: the few that people and scripts use most, with the
 * arguments, formats and exit codes of Vault's own command line. They trust the server whose certificate is checked;
 * they must never print a secret that was not asked for, and never show a token in an error.
 */
export { runCommand, runGroup } from "./command.ts";
export { runKv } from "./kv/index.ts";
export { list, read, remove, write } from "./logical.ts";
export { login } from "./login/index.ts";
export { status } from "./status.ts";
export { TOKEN } from "./token.ts";
export { unwrap } from "./unwrap.ts";
