import { z } from "zod";
import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { restateLater } from "../../../std/restate.ts";
import { rfc3339 } from "../../../std/time.ts";
import { changeBody } from "../../../storage/change.ts";
import type { Address, View } from "../../../storage/store.ts";
import { readStored } from "../stored.ts";
import { TagError } from "./role-tag.ts";
import { longestLife, readRoleTag } from "./tagged-role.ts";
import { countingNames, countsStill, DENY_LIST } from "./tidy.ts";

/** The deny list: role tags that give nobody a token any more, whichever instance carries them. */

const DenyEntry = z.object({ creation_time: z.number(), expiration_time: z.number() });
export const DenyEntryShown = z.object({ creation_time: z.string(), expiration_time: z.string() });

/** A tag as it was given, raw or as base64. A raw one holds colons, which base64 never does. */
const tagGiven = (given: string): string => {
  if (given === "") throw invalidRequest("missing role_tag");
  return given.includes(":") ? given : Buffer.from(given, "base64").toString("utf8");
};

/** Tags hold slashes, names of keys must not. */
const addressOf = (storage: View, tag: string): Address =>
  storage.at(`${DENY_LIST.prefix}${Buffer.from(tag).toString("base64url")}`);

const findEntry = async (storage: View, tag: string, now: number): Promise<z.output<typeof DenyEntry> | undefined> => {
  const entry = await readStored(storage, addressOf(storage, tag), DenyEntry);
  return entry && (await countsStill(storage, DENY_LIST, now))(entry) ? entry : undefined;
};

/** `tag` is the one spelling of a tag that was verified. */
export const isDenied = async (storage: View, tag: string, now: number): Promise<boolean> =>
  (await findEntry(storage, tag, now)) !== undefined;

export const readDenied = async (
  cx: BackendContext,
  given: string,
): Promise<z.output<typeof DenyEntryShown> | undefined> => {
  const entry = await findEntry(cx.storage, tagGiven(given), cx.clock.now());
  return entry && { creation_time: rfc3339(entry.creation_time), expiration_time: rfc3339(entry.expiration_time) };
};

/**
 * Denies a tag for as long as a token that was given for it could live. Throws `invalid_request` for a tag that none of
 * the mount's roles wrote.
 */
export const denyTag = async (cx: BackendContext, given: string): Promise<void> => {
  const text = tagGiven(given);
  const { tag, role } = await restateLater(
    TagError,
    (cause) => invalidRequest(cause.message),
    () => readRoleTag(cx.storage, text),
  );
  const now = cx.clock.now();
  await changeBody(cx.storage, addressOf(cx.storage, text), DenyEntry, (before) => ({
    creation_time: before?.creation_time ?? now,
    expiration_time: now + longestLife(role, tag, cx),
  }));
};

export const allowTag = (storage: View, given: string): Promise<void> =>
  storage.write([{ op: "delete", address: addressOf(storage, tagGiven(given)), when: "any" }]);

export const deniedTags = async (cx: BackendContext): Promise<readonly string[]> =>
  (await countingNames(cx, DENY_LIST)).map((name) => Buffer.from(name, "base64url").toString("utf8"));
