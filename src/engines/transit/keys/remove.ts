import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import type { StoredKey } from "../model.ts";
import { changeKey } from "./change.ts";
import { clearLeftover, type Leftover, noteLeftover } from "./leftovers.ts";

/** The end of versions: a key is deleted with all of them, or trimmed of its oldest ones. */

/** All versions of a key. */
export const versionsOf = ({ id, versions, latest }: StoredKey): Leftover => ({
  id,
  from: Math.min(latest, ...Object.keys(versions).map(Number)),
  to: latest,
});

/** Deletes a key that allows it. Once this returns, or periodic work has run, nothing of it is left. */
export const deleteKey = async (name: string, cx: BackendContext): Promise<void> => {
  const refuse = (why: string): never => {
    throw invalidRequest(`error deleting policy ${cut(name)}: ${why}`);
  };
  const leftover = await changeKey(name, "transit.delete", cx, (before) => {
    if (!before) return refuse("could not delete key; not found");
    if (!before.deletionAllowed) return refuse("deletion is not allowed for this key");
    const all = versionsOf(before);
    return { op: "delete", also: [noteLeftover(cx.storage, all)], result: all };
  });
  await clearLeftover(leftover, cx);
};

/** Why versions below `least` cannot be thrown away yet; `undefined`: they can. */
const trimRefusal = ({ minAvailable, minEncryption, minDecryption }: StoredKey, least: number): string | undefined => {
  if (least < minAvailable) return "minimum available version cannot be decremented";
  if (minEncryption === 0) return "minimum available version cannot be set when minimum encryption version is not set";
  if (minDecryption === 0) return "minimum available version cannot be set when minimum decryption version is not set";
  if (least > minEncryption) return "minimum available version cannot be greater than minmum encryption version";
  if (least > minDecryption) return "minimum available version cannot be greater than minimum decryption version";
  return least === 0 ? "minimum available version should be positive" : undefined;
};

const from = <T>(numbered: Readonly<Record<string, T>>, least: number): Record<string, T> =>
  Object.fromEntries(Object.entries(numbered).filter(([number]) => Number(number) >= least));

/** Throws away the versions below `least`, for good. Throws with Vault's texts. */
export const trimKey = async (name: string, least: number | undefined, cx: BackendContext): Promise<StoredKey> => {
  const { stored, leftover } = await changeKey<{ readonly stored: StoredKey; readonly leftover?: Leftover }>(
    name,
    "transit.trim",
    cx,
    (before) => {
      if (!before) throw invalidRequest("invalid key name");
      if (least === undefined) throw invalidRequest("missing min_available_version");
      const refusal = trimRefusal(before, least);
      if (refusal !== undefined) throw invalidRequest(refusal);
      const stored: StoredKey = {
        ...before,
        minAvailable: least,
        versions: from(before.versions, least),
        revisions: before.revisions && from(before.revisions, least),
      };
      const first = versionsOf(before).from;
      if (first >= least) return { op: "put", stored, result: { stored } };
      const leftover = { id: before.id, from: first, to: least - 1 };
      return { op: "put", stored, also: [noteLeftover(cx.storage, leftover)], result: { stored, leftover } };
    },
  );
  if (leftover) await clearLeftover(leftover, cx);
  return stored;
};
