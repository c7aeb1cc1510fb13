import { defined } from "../../../std/defined.ts";
import { isJsonObject, type JsonObject } from "../../../std/json.ts";
import type { Flags, FlagTable } from "../../flags.ts";
import type { ClientCommand, CommandGroup } from "../command.ts";
import { CommandFailure } from "../console.ts";
import { heading } from "../go-text.ts";
import { printWritten } from "../logical.ts";
import { fieldRows, keyTable, printAnswer, titleOf } from "../output.ts";
import { PRINT_FLAGS } from "../session.ts";
import { MOUNT_FLAG, pathIn, placeOf, versioned } from "./place.ts";

/** `zeroth kv metadata`: what is known of a secret besides its data, with all its versions. */

const get: ClientCommand = {
  usage: "zeroth kv metadata get [options] KEY",
  about: "Reads the metadata of a secret.",
  flags: { ...PRINT_FLAGS, ...MOUNT_FLAG },
  words: [1, 1],
  doing: ([path]) => `Error reading ${path}`,
  run: async (session, flags, words) => {
    const { console, wanted } = session;
    const path = pathIn(versioned(await placeOf(session, flags, words), "Metadata"), "metadata");
    const answer = await session.find({ method: "GET", path });
    const data = answer?.secret?.data;
    if (answer === undefined || !isJsonObject(data)) throw new CommandFailure(`No value found at ${path}`, 2);
    if (wanted.format !== "table" || wanted.field !== undefined) {
      await printAnswer(console, wanted, answer);
      return 0;
    }
    const { versions, ...metadata } = data;
    const all = isJsonObject(versions) ? versions : {};
    const parts = [
      `${heading("Metadata Path", path.length)}\n${path}\n`,
      `${titleOf("Metadata", metadata)}\n${keyTable(fieldRows(metadata))}`,
      ...Object.keys(all)
        .sort((a, b) => Number(a) - Number(b))
        .map((version) => ({ version, known: all[version] }))
        .map(
          ({ version, known }) =>
            `${heading(`Version ${version}`, 22)}\n${keyTable(fieldRows(isJsonObject(known) ? known : {}))}`,
        ),
    ];
    console.out(parts.join("\n"));
    return 0;
  },
};

const CHANGE: FlagTable = {
  ...MOUNT_FLAG,
  "cas-required": { kind: "boolean", help: "Every write must name the version it replaces." },
  "custom-metadata": { kind: "texts", value: "key=value", help: "A note; may be repeated." },
  "delete-version-after": { kind: "text", value: "duration", help: "Delete each version when it is so old." },
  "max-versions": { kind: "number", value: "number", help: "Versions that are kept." },
};

const notesOf = (flags: Flags): JsonObject | undefined => {
  const notes = flags.texts("custom-metadata");
  if (notes.length === 0) return undefined;
  return Object.fromEntries(
    notes.map((note) => {
      const cut = note.indexOf("=");
      if (cut < 1) throw new CommandFailure(`invalid custom metadata ${JSON.stringify(note)}: expected key=value`);
      return [note.slice(0, cut), note.slice(cut + 1)];
    }),
  );
};

const changeOf = (flags: Flags): JsonObject =>
  defined({
    cas_required: flags.boolean("cas-required"),
    custom_metadata: notesOf(flags),
    delete_version_after: flags.text("delete-version-after"),
    max_versions: flags.number("max-versions"),
  });

const change = (verb: "put" | "patch", about: string): ClientCommand => ({
  usage: `zeroth kv metadata ${verb} [options] KEY`,
  about,
  flags: CHANGE,
  words: [1, 1],
  doing: ([path]) => `Error writing metadata to ${path}`,
  run: async (session, flags, words) => {
    const path = pathIn(versioned(await placeOf(session, flags, words), "Metadata"), "metadata");
    const method = verb === "put" ? "PUT" : "PATCH";
    const answer = await session.call({ method, path, body: changeOf(flags) });
    await printWritten(session, answer, `Success! Data written to: ${path}`);
    return 0;
  },
});

const remove: ClientCommand = {
  usage: "zeroth kv metadata delete [options] PATH",
  about: "Removes a secret with all its versions for good.",
  flags: MOUNT_FLAG,
  words: [1, 1],
  doing: ([path]) => `Error deleting ${path}`,
  run: async (session, flags, words) => {
    const path = pathIn(versioned(await placeOf(session, flags, words), "Metadata"), "metadata");
    await printWritten(
      session,
      await session.call({ method: "DELETE", path }),
      `Success! Data deleted (if it existed) at: ${path}`,
    );
    return 0;
  },
};

export const METADATA: CommandGroup = {
  get,
  put: change("put", "Sets the metadata of a secret; what is not given gets its default."),
  patch: change("patch", "Changes some of the metadata of a secret."),
  delete: remove,
};
