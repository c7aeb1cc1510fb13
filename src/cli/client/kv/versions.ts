import { isJsonObject } from "../../../std/json.ts";
import type { ClientCommand } from "../command.ts";
import { CommandFailure } from "../console.ts";
import { printWritten } from "../logical.ts";
import { printAnswer } from "../output.ts";
import { PRINT_FLAGS } from "../session.ts";
import { MOUNT_FLAG, pathIn, placeOf, versioned, versionsOf } from "./place.ts";

/** `zeroth kv delete`, `undelete`, `destroy` and `rollback`: versions of a secret. */

const VERSIONS = { versions: { kind: "texts", value: "1,2", help: "The versions." } } as const;

export const remove: ClientCommand = {
  usage: "zeroth kv delete [options] PATH",
  about: "Deletes the newest version of a secret, or others; undelete brings them back.",
  flags: { ...MOUNT_FLAG, ...VERSIONS },
  words: [1, 1],
  doing: ([path]) => `Error deleting ${path}`,
  run: async (session, flags, words) => {
    const versions = versionsOf(flags, false);
    const place = await placeOf(session, flags, words);
    const chosen = versions.length > 0 && versioned(place, "Deleting versions").version === 2;
    const answer = chosen
      ? await session.call({ method: "PUT", path: pathIn(place, "delete"), body: { versions } })
      : await session.call({ method: "DELETE", path: pathIn(place, "data") });
    await printWritten(session, answer, `Success! Data deleted (if it existed) at: ${pathIn(place, "data")}`);
    return 0;
  },
};

const onVersions = (verb: "undelete" | "destroy", about: string): ClientCommand => ({
  usage: `zeroth kv ${verb} [options] KEY`,
  about,
  flags: { ...MOUNT_FLAG, ...VERSIONS },
  words: [1, 1],
  doing: ([path]) => `Error writing data to ${path}`,
  run: async (session, flags, words) => {
    const versions = versionsOf(flags, true);
    const path = pathIn(versioned(await placeOf(session, flags, words), verb), verb);
    const answer = await session.call({ method: "PUT", path, body: { versions } });
    await printWritten(session, answer, `Success! Data written to: ${path}`);
    return 0;
  },
});

export const undelete = onVersions("undelete", "Brings back deleted versions of a secret.");
export const destroy = onVersions("destroy", "Removes versions of a secret for good.");

export const rollback: ClientCommand = {
  usage: "zeroth kv rollback [options] KEY",
  about: "Writes an earlier version of a secret as its newest.",
  flags: {
    ...PRINT_FLAGS,
    ...MOUNT_FLAG,
    version: { kind: "number", value: "number", help: "The version to go back to." },
  },
  words: [1, 1],
  doing: ([path]) => `Error writing data to ${path}`,
  run: async (session, flags, words) => {
    const version = flags.number("version");
    if (version === undefined) throw new CommandFailure("Version flag must be specified");
    const path = pathIn(
      versioned(await placeOf(session, flags, words), "K/V engine mount must be version 2 for rollback support"),
      "data",
    );
    const newest = (await session.find({ method: "GET", path }))?.secret?.data?.["metadata"];
    const found = (await session.find({ method: "GET", path, query: { version: String(version) } }))?.secret?.data;
    if (!isJsonObject(newest) || !isJsonObject(found?.["data"]))
      throw new CommandFailure(`No value found at ${path}`, 2);
    const body = { data: found["data"], options: { cas: newest["version"] ?? 0 } };
    await printAnswer(session.console, session.wanted, await session.call({ method: "PUT", path, body }));
    return 0;
  },
};
