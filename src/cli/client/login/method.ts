import type { Answer } from "../../../client/index.ts";
import type { JsonValue } from "../../../std/json.ts";
import { CommandFailure, type Console } from "../console.ts";
import type { Session } from "../session.ts";

/** What a method of `zeroth login` is given, and how it asks for what is missing. */

export interface Login {
  readonly session: Session;
  readonly console: Console;
  /** `auth/aws` without its first part: `aws`, or what `-path` says. */
  readonly mount: string;
  /** The words of the command: `role=dev`. */
  readonly given: Readonly<Record<string, JsonValue>>;
}

/** Answers what the server says; a login that needs more than a call asks for it on the way. */
export type LoginMethod = (login: Login) => Promise<Answer>;

export const textOf = ({ given }: Login, name: string): string | undefined => {
  const value = given[name];
  return value === undefined || value === "" ? undefined : String(value);
};

export const needed = (login: Login, name: string): string => {
  const value = textOf(login, name);
  if (value === undefined) throw new CommandFailure(`'${name}' must be specified: give ${name}=...`);
  return value;
};

/** A secret that was not given is asked for at the terminal, and not shown. */
export const secretOf = async (login: Login, name: string, question: string): Promise<string> => {
  const value = textOf(login, name) ?? (await login.console.ask(`${question} (will be hidden): `));
  if (value === undefined || value === "") {
    throw new CommandFailure(
      `'${name}' must be specified: there is no terminal to ask at, so give ${name}=- on standard input`,
    );
  }
  return value.replace(/\r?\n$/, "");
};

/** Logs in at the method's mount, without a token. */
export const post = ({ session, mount }: Login, path: string, body: object): Promise<Answer> =>
  session.callAs(undefined, { method: "PUT", path: `auth/${mount}/${path}`, body });
