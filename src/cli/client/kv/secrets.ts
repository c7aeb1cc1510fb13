import { defined } from "../../../std/defined.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../std/json.ts";
import type { Flags, FlagTable } from "../../flags.ts";
import type { ClientCommand } from "../command.ts";
import { CommandFailure } from "../console.ts";
import { readKeyValues } from "../key-values.ts";
import { isStatus, listAt, printWritten } from "../logical.ts";
import { printAnswer } from "../output.ts";
import { LIST_FLAGS, PRINT_FLAGS, type Session, WRAP_FLAGS } from "../session.ts";
import { MOUNT_FLAG, type Place, pathIn, placeOf, versioned } from "./place.ts";
import { printSecretField, printVersioned } from "./print.ts";

/** `zeroth kv get`, `put`, `patch` and `list`. */

const CAS: FlagTable = {
  cas: {
    kind: "number",
    value: "version",
    help: "Write only if this is the newest version; 0: only if there is none.",
  },
};

const doing =
  (verb: string) =>
  (words: readonly string[]): string =>
    `Error ${verb} ${words[0] ?? ""}`;

export const get: ClientCommand = {
  usage: "zeroth kv get [options] KEY",
  about: "Reads a secret.",
  flags: {
    ...PRINT_FLAGS,
    ...WRAP_FLAGS,
    ...MOUNT_FLAG,
    version: { kind: "number", value: "number", help: "Not the newest version but this one." },
  },
  words: [1, 1],
  doing: doing("reading"),
  run: async (session, flags, words) => {
    const place = await placeOf(session, flags, words);
    const path = pathIn(place, "data");
    const version = flags.number("version");
    const query = version === undefined || place.version === 1 ? {} : { version: String(version) };
    const answer = await session.find({ method: "GET", path, query });
    if (answer?.secret === undefined) throw new CommandFailure(`No value found at ${path}`, 2);
    if (place.version === 1 || answer.secret.wrap_info) await printAnswer(session.console, session.wanted, answer);
    else if (session.wanted.field !== undefined) await printSecretField(session, answer);
    else await printVersioned(session, path, answer);
    return 0;
  },
};

const casOf = (flags: Flags): JsonObject => defined({ cas: flags.number("cas") });

const dataOf = async (session: Session, words: readonly string[]): Promise<JsonObject> => {
  if (words.length < 2) throw new CommandFailure("Must supply data");
  return readKeyValues(words.slice(1), session.console);
};

export const put: ClientCommand = {
  usage: "zeroth kv put [options] KEY [DATA]",
  about: "Writes a secret: key=value, key=@file, key=-, @file.json, or - for JSON on standard input.",
  flags: { ...PRINT_FLAGS, ...MOUNT_FLAG, ...CAS },
  words: [1, Number.POSITIVE_INFINITY],
  doing: doing("writing data to"),
  run: async (session, flags, words) => {
    const data = await dataOf(session, words);
    const place = await placeOf(session, flags, words);
    const path = pathIn(place, "data");
    const body = place.version === 2 ? { data, options: casOf(flags) } : data;
    const answer = await session.call({ method: "PUT", path, body });
    if (place.version === 1) await printWritten(session, answer, `Success! Data written to: ${path}`);
    else await printVersioned(session, path, answer);
    return 0;
  },
};

const merged = (data: JsonObject, change: JsonObject): JsonObject => {
  const all: Record<string, JsonValue> = { ...data, ...change };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
};

/** For a server or a policy without the verb PATCH: reads, and writes only if nobody else has since. */
const readAndWrite = async (session: Session, place: Place, change: JsonObject) => {
  const path = pathIn(place, "data");
  const found = await session.find({ method: "GET", path });
  const { data, metadata } = found?.secret?.data ?? {};
  if (!isJsonObject(data) || !isJsonObject(metadata)) throw new CommandFailure(`No value found at ${path}`, 2);
  const body = { data: merged(data, change), options: { cas: metadata["version"] ?? 0 } };
  return session.call({ method: "PUT", path, body });
};

const patchBy = async (session: Session, place: Place, change: JsonObject, flags: Flags) => {
  const method = flags.text("method") ?? "patch";
  if (method === "rw") return readAndWrite(session, place, change);
  try {
    const body = { data: change, options: casOf(flags) };
    return await session.call({ method: "PATCH", path: pathIn(place, "data"), body });
  } catch (error) {
    const path = pathIn(place, "data");
    if (isStatus(error, 404)) throw new CommandFailure(`No value found at ${path}`, 2);
    // Without the verb the old way works, unless the version was to be checked by the server.
    if (!isStatus(error, 403, 405) || flags.number("cas") !== undefined) throw error;
    if (error.status === 403)
      session.console.err(`WARNING! patch is not allowed at ${path}: reading and writing instead.\n`);
    return readAndWrite(session, place, change);
  }
};

export const patch: ClientCommand = {
  usage: "zeroth kv patch [options] KEY [DATA]",
  about: "Changes some fields of a secret and leaves the others as they are.",
  flags: {
    ...PRINT_FLAGS,
    ...MOUNT_FLAG,
    ...CAS,
    method: { kind: "text", value: "patch|rw", help: "By the verb PATCH, or by reading and writing." },
    "remove-data": { kind: "texts", value: "field", help: "Remove this field; may be repeated." },
  },
  words: [1, Number.POSITIVE_INFINITY],
  doing: doing("writing data to"),
  run: async (session, flags, words) => {
    const removed = flags.texts("remove-data").map((name) => [name, null] as const);
    const added = words.length > 1 || removed.length === 0 ? await dataOf(session, words) : {};
    const place = versioned(await placeOf(session, flags, words), "Patch");
    const answer = await patchBy(session, place, { ...added, ...Object.fromEntries(removed) }, flags);
    await printVersioned(session, pathIn(place, "data"), answer);
    return 0;
  },
};

export const list: ClientCommand = {
  usage: "zeroth kv list [options] [PATH]",
  about: "Lists the names of secrets.",
  flags: { ...LIST_FLAGS, ...MOUNT_FLAG },
  words: [0, 1],
  doing: doing("listing"),
  run: async (session, flags, words) => {
    if (words.length === 0 && flags.text("mount") === undefined) {
      throw new CommandFailure("Not enough arguments (expected 1, got 0)");
    }
    return listAt(session, pathIn(await placeOf(session, flags, words), "metadata"));
  },
};
