import type { z } from "zod";
import {
  type BackendContext,
  type DataReply,
  type EmptyReply,
  field,
  invalidRequest,
  VaultError,
} from "../../framework/index.ts";
import { isJsonObject, type JsonObject } from "../../std/json.ts";
import type { Entry } from "../../storage/store.ts";
import { type Settings, settingsOf } from "./config.ts";
import { append, isGone, versionOf } from "./history.ts";
import { appendStep, changeKey, type KeyChange, keyAddress, sweepStep, versionAddress } from "./keys.ts";
import { mergePatch } from "./patch.ts";
import { type Key, newKey, type Secret, unpackKey, unpackVersion, type Version } from "./record.ts";
import {
  type SecretOutput,
  type SubkeysOutput,
  shownVersion,
  type VersionMetadata,
  type WriteInput,
} from "./shapes.ts";
import { subkeysOf } from "./subkeys.ts";
import { emptyNotFound } from "./wrong-path.ts";

/** The data of a key, version by version: `data/<path>` and `subkeys/<path>`. */

type Write = z.output<typeof WriteInput>;

interface Found {
  readonly metadata: VersionMetadata;
  /** Absent: the version is deleted or destroyed. */
  readonly data?: Secret;
}

/**
 * Reads of one write of a key, each without the version's item, before that counts as lost. The key and the item may have
 * been read side by side at first; from the second time on the key came before the item, and was still the same after it.
 */
const READS_OF_ONE_WRITE = 3;
/** More than a race takes: each was lost to somebody who wrote the key. */
const TRIES = 64;

/** What a key says of a version; `"missing"`: that it has data, which was not there. */
const look = async (
  cx: BackendContext,
  path: string,
  wanted: number,
  { body }: Entry,
): Promise<Found | "missing" | undefined> => {
  const key = unpackKey(body);
  const number = wanted > 0 ? wanted : key.current;
  const version = versionOf(key, number);
  if (version === undefined) return undefined;
  const metadata = shownVersion(key, number, version);
  if (isGone(version, cx.clock.now())) return { metadata };
  if (number === key.current && key.data !== undefined) return { metadata, data: key.data };
  const item = await cx.storage.get(versionAddress(cx.storage, path, number));
  return item === undefined ? "missing" : { metadata, data: unpackVersion(item.body, number) };
};

/**
 * A version as it is now; `undefined` where there is none of that number. One that was destroyed or dropped between the
 * two reads is as the key then says. Throws `storage_unavailable` where others write the key without end.
 */
const findVersion = async (cx: BackendContext, path: string, wanted: number): Promise<Found | undefined> => {
  let n: number | undefined;
  let reads = 0;
  for (let left = TRIES; left > 0 && reads < READS_OF_ONE_WRITE; left -= 1) {
    const entry = await cx.storage.get(keyAddress(cx.storage, path));
    const found = entry && (await look(cx, path, wanted, entry));
    if (found !== "missing") return found;
    reads = entry?.n === n ? reads + 1 : 1;
    n = entry?.n;
  }
  if (reads >= READS_OF_ONE_WRITE) {
    throw new VaultError("internal", { reason: `kv: the data of version ${wanted} is missing` });
  }
  throw new VaultError("storage_unavailable", { reason: "kv: a key changes faster than it is read", retryAfter: 1 });
};

/** Answers 404 with data when the version is deleted or destroyed. */
export const readSecret = async (
  path: string,
  version: number,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof SecretOutput>> | undefined> => {
  const found = await findVersion(cx, path, version);
  if (found === undefined) return undefined;
  const { metadata, data } = found;
  return data === undefined ? { status: 404, data: { data: null, metadata } } : { data: { data, metadata } };
};

export const readSubkeys = async (
  path: string,
  version: number,
  depth: number,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof SubkeysOutput>> | undefined> => {
  const found = await findVersion(cx, path, version);
  if (found === undefined) return undefined;
  const { metadata, data } = found;
  if (data === undefined) return { status: 404, data: { subkeys: null, metadata } };
  return { data: { subkeys: data === null ? null : subkeysOf(data, depth), metadata } };
};

const weakInteger = field.integer("");

const checkCas = (options: JsonObject, key: Key, settings: Settings): void => {
  if (!Object.hasOwn(options, "cas")) {
    if (!settings.casRequired && !key.casRequired) return;
    throw new VaultError("cas_mismatch", { wire: "check-and-set parameter required for this call" });
  }
  const { cas: given } = options;
  const cas = weakInteger.safeParse(given);
  if (!cas.success) throw invalidRequest("error parsing check-and-set parameter");
  if ((cas.data ?? 0) === key.current) return;
  throw new VaultError("cas_mismatch", { wire: "check-and-set parameter did not match the current version" });
};

type Written = DataReply<VersionMetadata> | EmptyReply;
type Appended = { readonly reply: Written; readonly more: boolean };

const appended = (
  cx: BackendContext,
  path: string,
  key: Key,
  settings: Settings,
  data: Secret,
): KeyChange<Appended> => {
  const next = append(key, settings, data, cx.clock.now());
  const { result: more, ...change } = appendStep(cx.storage, path, key, next);
  const version = versionOf(next, next.current);
  const shown = version === undefined ? null : shownVersion(next, next.current, version);
  return { ...change, result: { reply: { data: shown }, more } };
};

/**
 * Erases what a lowered limit left over. A failure is only a warning: the write is done, and the next one continues.
 */
const sweep = async (cx: BackendContext, path: string): Promise<readonly string[]> => {
  try {
    let more = true;
    while (more) {
      more = await changeKey(cx, path, "sweep", (key) =>
        key === undefined || key.swept >= key.first ? { result: false } : sweepStep(cx.storage, path, key),
      );
    }
    return [];
  } catch (cause) {
    if (!(cause instanceof VaultError)) throw cause;
    const text = "error occurred when cleaning up old versions, these will be cleaned up on next write: ";
    return [`${text}${cause.wire ?? cause.code}`];
  }
};

const finish = async (cx: BackendContext, path: string, { reply, more }: Appended): Promise<Written> =>
  more ? { ...reply, warnings: await sweep(cx, path) } : reply;

/** Writes a new version. Throws `invalid_request` without data, `cas_mismatch` by check-and-set. Cost: one write. */
export const writeSecret = async (path: string, input: Write, cx: BackendContext): Promise<Written> => {
  const { data } = input;
  if (data === undefined) throw invalidRequest("no data provided");
  const settings = await settingsOf(cx.storage);
  const written = await changeKey(cx, path, "data", (found): KeyChange<Appended> => {
    const key = found ?? newKey(cx.clock.now());
    checkCas(input.options ?? {}, key, settings);
    return appended(cx, path, key, settings, data);
  });
  return finish(cx, path, written);
};

const gone = (key: Key, version: Version): KeyChange<Appended> => ({
  result: { reply: { status: 404, data: shownVersion(key, key.current, version) }, more: false },
});

/** Merges a patch into the latest version and writes that as a new one; 404 where there is none to merge into. */
export const patchSecret = async (path: string, input: Write, cx: BackendContext): Promise<Written> => {
  const { data: patch } = input;
  if (patch === undefined) throw invalidRequest("no data provided");
  const settings = await settingsOf(cx.storage);
  const written = await changeKey(cx, path, "patch", (key): KeyChange<Appended> => {
    const latest = key && versionOf(key, key.current);
    if (key === undefined || latest === undefined) return { result: { reply: emptyNotFound, more: false } };
    checkCas(input.options ?? {}, key, settings);
    if (isGone(latest, cx.clock.now())) return gone(key, latest);
    const target = isJsonObject(key.data) ? key.data : {};
    return appended(cx, path, key, settings, mergePatch(target, patch ?? {}));
  });
  return finish(cx, path, written);
};
