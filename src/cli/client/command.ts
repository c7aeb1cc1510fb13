import { FileError } from "../../agent/files/index.ts";
import { CallRefused, ConnectionError, ResponseError, SettingsError } from "../../client/index.ts";
import { FlagError, type Flags, type FlagTable, flagHelp, HelpAsked, readFlags } from "../flags.ts";
import { CommandFailure, type Console, processConsole } from "./console.ts";
import { CONNECTION_FLAGS, openSession, type Session } from "./session.ts";

/** A command that talks to a server. Exit codes are Vault's: 1 for a mistake on this side, 2 for what the server says. */
export interface ClientCommand {
  /** `zeroth read [options] PATH` */
  readonly usage: string;
  /** A sentence or two. */
  readonly about: string;
  readonly flags: FlagTable;
  /** The least and the most words. */
  readonly words: readonly [number, number];
  /** Before the error of a server: `Error reading secret/app`. */
  readonly doing: (words: readonly string[]) => string;
  readonly run: (session: Session, flags: Flags, words: readonly string[]) => Promise<number | undefined>;
}

/** Commands below a command: `kv get`. */
export type CommandGroup = Readonly<Record<string, ClientCommand>>;

const helpOf = ({ usage, about, flags }: ClientCommand): string =>
  `Usage: ${usage}\n\n  ${about}\n\nOptions:\n\n${flagHelp({ ...flags, ...CONNECTION_FLAGS })}`;

const checkWords = ({ words: [least, most] }: ClientCommand, given: readonly string[]): void => {
  if (given.length < least) throw new CommandFailure(`Not enough arguments (expected ${least}, got ${given.length})`);
  if (given.length > most) throw new CommandFailure(`Too many arguments (expected ${most}, got ${given.length})`);
  const late = given.find((word) => /^--?[a-z][a-z-]*(?:=|$)/.test(word));
  if (late !== undefined) throw new CommandFailure(`${late.split("=")[0]} must stand before the other arguments`);
};

const told = (error: unknown, doing: string): CommandFailure => {
  if (error instanceof CommandFailure) return error;
  if (error instanceof ResponseError || error instanceof ConnectionError) {
    return new CommandFailure(`${doing}: ${error.message}`, 2);
  }
  if (error instanceof SettingsError || error instanceof CallRefused || error instanceof FileError) {
    return new CommandFailure(error.message);
  }
  throw error;
};

/** Answers the exit code; what is wrong is told on standard error. */
export const runCommand = async (
  command: ClientCommand,
  args: readonly string[],
  console: Console = processConsole(),
): Promise<number> => {
  let session: Session | undefined;
  let doing = "";
  try {
    const flags = readFlags({ ...command.flags, ...CONNECTION_FLAGS }, args);
    checkWords(command, flags.rest);
    doing = command.doing(flags.rest);
    session = openSession(flags, console);
    return (await command.run(session, flags, flags.rest)) ?? 0;
  } catch (error) {
    if (error instanceof HelpAsked) {
      console.out(`${helpOf(command)}\n`);
      return 0;
    }
    const failure = error instanceof FlagError ? new CommandFailure(error.message) : told(error, doing);
    console.err(`${failure.message}\n`);
    return failure.code;
  } finally {
    session?.client.close();
  }
};

const groupHelp = (name: string, group: CommandGroup): string =>
  `Usage: zeroth ${name} <subcommand> [options] [args]\n\nSubcommands: ${Object.keys(group).join(", ")}\n`;

/** `get` of `kv get`, and of `kv metadata get` where the group is `metadata`. */
export const runGroup = async (
  name: string,
  group: CommandGroup,
  args: readonly string[],
  console: Console = processConsole(),
): Promise<number> => {
  const [word = "", ...rest] = args;
  const command = Object.hasOwn(group, word) ? group[word] : undefined;
  if (command !== undefined) return runCommand(command, rest, console);
  const asked = word === "" || /^--?h(?:elp)?$/.test(word);
  (asked ? console.out : console.err)(groupHelp(name, group));
  return word !== "" && asked ? 0 : 1;
};
