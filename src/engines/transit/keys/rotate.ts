import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import type { StoredKey } from "../model.ts";
import { changeKey, type KeyChange, versionWrite, withVersion } from "./change.ts";
import { type Material, newVersion } from "./material.ts";
import { refused } from "./refused.ts";
import { eachDueKey, isDue } from "./schedule.ts";

/**
 * New versions of a key, by hand or by schedule. The version and the key that names it are one transaction, written over
 * what was read: of two that rotate at the same time one decides again, so that by hand each adds its version and by
 * schedule one does.
 */

/** A version is made once, however often the change is decided again, unless another key took the name meanwhile. */
const materials = (cx: BackendContext): ((stored: StoredKey) => Promise<Material>) => {
  let made: { readonly id: string; readonly material: Material } | undefined;
  return async ({ id, type, keySize }) => {
    if (made?.id !== id) {
      const { random, clock } = cx;
      made = { id, material: await newVersion(type, keySize, { random, created: clock.now() }) };
    }
    return made.material;
  };
};

const rotated = async (
  before: StoredKey,
  material: (stored: StoredKey) => Promise<Material>,
  cx: BackendContext,
): Promise<KeyChange<StoredKey>> => {
  const made = await material(before);
  // A version that was made here: the key is no longer one that only others can extend.
  const stored = { ...withVersion(before, made.body.created), imported: false };
  return { op: "put", stored, also: [versionWrite(cx.storage, stored.id, stored.latest, made)], result: stored };
};

/** Adds a version, now the latest. Throws with Vault's texts. */
export const rotateKey = (name: string, cx: BackendContext): Promise<StoredKey> => {
  const material = materials(cx);
  return changeKey(name, "transit.rotate", cx, async (before) => {
    if (!before) throw invalidRequest("key not found");
    if (before.imported && !before.allowRotation) {
      throw refused(`imported key ${cut(name)} does not allow rotation within Vault`);
    }
    return rotated(before, material, cx);
  });
};

/** Adds a version if the latest has reached its age. */
const rotateIfDue = async (name: string, cx: BackendContext): Promise<void> => {
  const material = materials(cx);
  await changeKey<StoredKey | undefined>(name, "transit.rotate.due", cx, async (before) => {
    if (!before || !isDue(before, cx.clock.now())) return { op: "leave", result: before };
    return rotated(before, material, cx);
  });
};

/** Every key of the mount that is due, until the deadline. Throws at the end if any failed. */
export const rotateDue = (cx: BackendContext, deadlineMs: number): Promise<void> =>
  eachDueKey(cx, deadlineMs, (name) => rotateIfDue(name, cx));
