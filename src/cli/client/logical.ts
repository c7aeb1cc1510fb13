import { type Answer, ResponseError } from "../../client/index.ts";
import { trimSlashes } from "../../std/slashes.ts";
import type { ClientCommand } from "./command.ts";
import { CommandFailure } from "./console.ts";
import { readKeyValues, readQuery } from "./key-values.ts";
import { printAnswer, printKeys, printWarnings } from "./output.ts";
import { LIST_FLAGS, PRINT_FLAGS, type Session, WRAP_FLAGS } from "./session.ts";

/** `zeroth read`, `write`, `list` and `delete`: any path of the API, as Vault's commands of these names. */

const pathOf = ([path = ""]: readonly string[]): string => trimSlashes(path);

export const read: ClientCommand = {
  usage: "zeroth read [options] PATH [DATA K=V...]",
  about: "Reads what is at the path. Data is sent as a query.",
  flags: { ...PRINT_FLAGS, ...WRAP_FLAGS },
  words: [1, Number.POSITIVE_INFINITY],
  doing: (words) => `Error reading ${pathOf(words)}`,
  run: async (session, _, words) => {
    const query = await readQuery(words.slice(1), session.console);
    const answer = await session.find({ method: "GET", path: pathOf(words), query });
    if (answer?.body === undefined) throw new CommandFailure(`No value found at ${pathOf(words)}`, 2);
    await printAnswer(session.console, session.wanted, answer);
    return 0;
  },
};

/** An answer without a body says in words that it was done. */
export const printWritten = async (session: Session, answer: Answer, done: string): Promise<void> => {
  const { wanted, console } = session;
  if (answer.body !== undefined) await printAnswer(console, wanted, answer);
  else if (wanted.field !== undefined) throw new CommandFailure(`Field "${wanted.field}" not present in secret`);
  else if (wanted.format === "table") console.out(`${done}\n`);
};

export const write: ClientCommand = {
  usage: "zeroth write [options] PATH [DATA K=V...]",
  about: "Writes data to the path: key=value, key=@file, key=-, @file.json, or - for JSON on standard input.",
  flags: {
    ...PRINT_FLAGS,
    ...WRAP_FLAGS,
    force: { kind: "boolean", help: "Write without data." },
    f: { kind: "boolean", help: "The same.", hidden: true },
  },
  words: [1, Number.POSITIVE_INFINITY],
  doing: (words) => `Error writing data to ${pathOf(words)}`,
  run: async (session, flags, words) => {
    const force = flags.boolean("force") ?? flags.boolean("f") ?? false;
    if (words.length === 1 && !force) throw new CommandFailure("Must supply data or use -force");
    const body = await readKeyValues(words.slice(1), session.console);
    const answer = await session.call({ method: "PUT", path: pathOf(words), body });
    await printWritten(session, answer, `Success! Data written to: ${pathOf(words)}`);
    return 0;
  },
};

/** The keys at a path. Throws `CommandFailure` where there are none. */
export const listAt = async (session: Session, path: string): Promise<number> => {
  const answer = await session.find({ method: "LIST", path });
  const { data, wrap_info } = answer?.secret ?? {};
  const keys = data?.["keys"];
  if (answer !== undefined && wrap_info) {
    await printAnswer(session.console, session.wanted, answer);
    return 0;
  }
  if (answer === undefined || !Array.isArray(keys)) throw new CommandFailure(`No value found at ${path}/`, 2);
  printWarnings(session.console, answer);
  await printKeys(session.console, session.wanted, keys.map(String));
  return 0;
};

export const list: ClientCommand = {
  usage: "zeroth list [options] PATH",
  about: "Lists the keys below the path.",
  flags: { ...LIST_FLAGS, ...WRAP_FLAGS },
  words: [1, 1],
  doing: (words) => `Error listing ${pathOf(words)}`,
  run: (session, _, words) => listAt(session, pathOf(words)),
};

export const remove: ClientCommand = {
  usage: "zeroth delete [options] PATH [DATA K=V...]",
  about: "Deletes what is at the path. Data is sent as a query.",
  flags: PRINT_FLAGS,
  words: [1, Number.POSITIVE_INFINITY],
  doing: (words) => `Error deleting ${pathOf(words)}`,
  run: async (session, _, words) => {
    const query = await readQuery(words.slice(1), session.console);
    const answer = await session.call({ method: "DELETE", path: pathOf(words), query });
    await printWritten(session, answer, `Success! Data deleted (if it existed) at: ${pathOf(words)}`);
    return 0;
  },
};

/** Whether a server says that there is no such path, or no such verb at it. */
export const isStatus = (error: unknown, ...statuses: readonly number[]): error is ResponseError =>
  error instanceof ResponseError && statuses.includes(error.status);
