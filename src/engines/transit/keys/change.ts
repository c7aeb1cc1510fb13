import type { BackendContext } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import { type Change, change } from "../../../storage/change.ts";
import type { Put, View, Write } from "../../../storage/store.ts";
import { keyAddress, StoredKey, versionAddress } from "../model.ts";
import type { Material } from "./material.ts";
import { scheduleWrites } from "./schedule.ts";

/**
 * Every change of a key goes through here: its entry is written over what was read, together with all that must change
 * with it, in one transaction. So changes of one key follow one another, and a process that dies leaves all or nothing.
 */

/** What becomes of a key; `also`: the writes that belong to it, at most 90. */
export type KeyChange<T> =
  | { readonly op: "leave"; readonly result: T }
  | { readonly op: "put"; readonly stored: StoredKey; readonly also?: readonly Write[]; readonly result: T }
  | { readonly op: "delete"; readonly also: readonly Write[]; readonly result: T };

const busy = { wire: "the key is being changed by others; try again" };

/** `step` names the crash point. `decide` may be called more than once, and throws to refuse. */
export const changeKey = <T>(
  name: string,
  step: string,
  cx: BackendContext,
  decide: (before: StoredKey | undefined) => KeyChange<T> | Promise<KeyChange<T>>,
): Promise<T> =>
  change<T>(
    cx.storage,
    keyAddress(cx.storage, name),
    async (entry): Promise<Change<T>> => {
      const before = entry && StoredKey.parse(entry.body);
      const decided = await decide(before);
      if (decided.op === "leave") return decided;
      const after = decided.op === "put" ? decided.stored : undefined;
      const also = [...(decided.also ?? []), ...scheduleWrites(before, after, cx.storage)];
      const { result } = decided;
      return after ? { op: "put", body: defined(after), also, result } : { op: "delete", also, result };
    },
    { around: (write) => cx.crash(step, write), busy },
  );

/** The write that adds a version; versions are never written over by it. */
export const versionWrite = (view: View, id: string, number: number, { body, secrets }: Material): Put => ({
  op: "put",
  address: versionAddress(view, id, number),
  body: defined(body),
  secrets,
  when: "absent",
});

/** A key of which the entry of one version is written over. */
export const withRevision = (stored: StoredKey, number: number): StoredKey => ({
  ...stored,
  revisions: { ...stored.revisions, [number]: (stored.revisions?.[String(number)] ?? 0) + 1 },
});

/** A key with one version more, the latest. */
export const withVersion = (stored: StoredKey, created: number): StoredKey => {
  const latest = stored.latest + 1;
  return { ...stored, latest, versions: { ...stored.versions, [latest]: created } };
};
