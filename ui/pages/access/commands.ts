import { shellWord } from "../../client/shell-word.ts";

/**
 * The commands that an application's machine runs to get its secret id and log in. Every word that comes from elsewhere
 * is quoted for the shell; the secret id is never part of them.
 */

/** `vault write` reads a value that begins with `@` from a file. */
const plainValue = (text: string): string => (text.startsWith("@") ? `\\${text}` : text);

export interface Login {
  readonly origin: string;
  /** With its slash at the end, without `auth/`. */
  readonly mount: string;
  readonly roleId: string;
  /** Absent: the role needs no secret id. */
  readonly wrappingToken: string | undefined;
  /** After the first command: `once, within 10 minutes`. One line. */
  readonly remark: string;
}

export const loginCommands = ({ origin, mount, roleId, wrappingToken, remark }: Login): string => {
  const login = `vault write ${shellWord(`auth/${mount}login`)} ${shellWord(`role_id=${plainValue(roleId)}`)}`;
  const address = `export VAULT_ADDR=${shellWord(origin)}`;
  if (wrappingToken === undefined) return [address, login].join("\n");
  const unwrap = `VAULT_TOKEN=${shellWord(wrappingToken)} vault unwrap -field=secret_id`;
  return [address, `SECRET_ID=$(${unwrap})  # ${remark}`, `${login} secret_id="$SECRET_ID"`].join("\n");
};
