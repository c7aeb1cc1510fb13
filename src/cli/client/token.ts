import { defined } from "../../std/defined.ts";
import type { Flags } from "../flags.ts";
import type { ClientCommand, CommandGroup } from "./command.ts";
import { CommandFailure } from "./console.ts";
import { printAnswer } from "./output.ts";
import { PRINT_FLAGS, type Session } from "./session.ts";

/** `zeroth token`: looks up, renews and revokes a token, by itself or by its accessor. Without one: the session's own. */

const ACCESSOR = { accessor: { kind: "boolean", help: "The argument is an accessor." } } as const;

interface Names {
  /** For the session's own token, a token, and an accessor. */
  readonly self: string;
  readonly other: string;
  readonly accessor: string;
}

const askAbout = async (session: Session, flags: Flags, word: string | undefined, names: Names, more: object = {}) => {
  const isAccessor = flags.boolean("accessor") === true;
  if (isAccessor && word === undefined) throw new CommandFailure("Not enough arguments (expected 1, got 0)");
  const text = word === "-" ? (await session.console.input()).trim() : word;
  if (text === undefined) return session.call({ method: "PUT", path: names.self, body: more });
  const body = { ...(isAccessor ? { accessor: text } : { token: text }), ...more };
  return session.call({ method: "PUT", path: isAccessor ? names.accessor : names.other, body });
};

const lookup: ClientCommand = {
  usage: "zeroth token lookup [options] [TOKEN | ACCESSOR]",
  about: "Tells what a token is and how long it lives.",
  flags: { ...PRINT_FLAGS, ...ACCESSOR },
  words: [0, 1],
  doing: () => "Error looking up token",
  run: async (session, flags, [word]) => {
    const names = { self: "", other: "auth/token/lookup", accessor: "auth/token/lookup-accessor" };
    const own = word === undefined && flags.boolean("accessor") !== true;
    const answer = own
      ? await session.call({ method: "GET", path: "auth/token/lookup-self" })
      : await askAbout(session, flags, word, names);
    await printAnswer(session.console, session.wanted, answer);
    return 0;
  },
};

const renew: ClientCommand = {
  usage: "zeroth token renew [options] [TOKEN | ACCESSOR]",
  about: "Extends the life of a token.",
  flags: {
    ...PRINT_FLAGS,
    ...ACCESSOR,
    increment: { kind: "text", value: "duration", help: "How long it should live from now on." },
    i: { kind: "text", value: "duration", help: "The same.", hidden: true },
  },
  words: [0, 1],
  doing: () => "Error renewing token",
  run: async (session, flags, [word]) => {
    const names = { self: "auth/token/renew-self", other: "auth/token/renew", accessor: "auth/token/renew-accessor" };
    const increment = flags.text("increment") ?? flags.text("i");
    const answer = await askAbout(session, flags, word, names, defined({ increment }));
    await printAnswer(session.console, session.wanted, answer);
    return 0;
  },
};

const revoke: ClientCommand = {
  usage: "zeroth token revoke [options] [TOKEN | ACCESSOR]",
  about: "Ends a token and all that was made with it.",
  flags: { ...ACCESSOR, self: { kind: "boolean", help: "End the session's own token." } },
  words: [0, 1],
  doing: () => "Error revoking token",
  run: async (session, flags, [word]) => {
    const self = flags.boolean("self") === true;
    if (self === (word !== undefined)) {
      throw new CommandFailure(
        self ? "Too many arguments with -self (expected 0, got 1)" : "Not enough arguments (expected 1, got 0)",
      );
    }
    const names = {
      self: "auth/token/revoke-self",
      other: "auth/token/revoke",
      accessor: "auth/token/revoke-accessor",
    };
    await askAbout(session, flags, word, names);
    session.console.out("Success! Revoked token (if it existed)\n");
    return 0;
  },
};

export const TOKEN: CommandGroup = { lookup, renew, revoke };
