import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import type { Write } from "../../storage/store.ts";
import { settingsOf } from "./config.ts";
import { destroyable, markDeleted, markDestroyed, markUndeleted } from "./history.ts";
import { BATCH, changeKey, type KeyChange, versionAddress } from "./keys.ts";
import type { Key } from "./record.ts";

/** Deletion, undeletion and destruction of single versions. Keys and versions that are not there are passed over. */

const changeOf = (key: Key | undefined): KeyChange<undefined> =>
  key === undefined ? { result: undefined } : { key, result: undefined };

/** Deletes the latest version; its data stays until it is destroyed or dropped. */
export const deleteLatest = (path: string, cx: BackendContext): Promise<undefined> =>
  changeKey(cx, path, "delete", (key) => changeOf(key && markDeleted(key, [key.current], cx.clock.now())));

export const deleteVersions = async (
  path: string,
  versions: readonly number[] | undefined,
  cx: BackendContext,
): Promise<undefined> => {
  if (!versions?.length) throw invalidRequest("No version number provided");
  return changeKey(cx, path, "delete", (key) => changeOf(key && markDeleted(key, versions, cx.clock.now())));
};

export const undeleteVersions = async (
  path: string,
  versions: readonly number[] | undefined,
  cx: BackendContext,
): Promise<undefined> => {
  if (!versions?.length) throw invalidRequest("No version number provided");
  const settings = await settingsOf(cx.storage);
  return changeKey(cx, path, "undelete", (key) =>
    changeOf(key && markUndeleted(key, versions, settings, cx.clock.now())),
  );
};

/** Erases the data of versions for good, a batch in each transaction; a crash in between leaves the rest untouched. */
export const destroyVersions = async (
  path: string,
  versions: readonly number[] | undefined,
  cx: BackendContext,
): Promise<undefined> => {
  if (!versions?.length) throw invalidRequest("no version number provided");
  let more = true;
  while (more) {
    more = await changeKey(cx, path, "destroy", (key): KeyChange<boolean> => {
      const toDestroy = key === undefined ? [] : destroyable(key, versions);
      if (key === undefined || toDestroy.length === 0) return { result: false };
      const now = toDestroy.slice(0, BATCH);
      const also = now
        .filter((version) => version !== key.current)
        .map((version): Write => ({ op: "delete", address: versionAddress(cx.storage, path, version), when: "any" }));
      return { key: markDestroyed(key, now), also, result: toDestroy.length > BATCH };
    });
  }
  return undefined;
};
