import type { MountId } from "../../std/brand.ts";
import { workThrough } from "../../std/pool.ts";
import { seconds } from "../../std/time.ts";
import { isRefusal } from "../../storage/errors.ts";
import type { SealedStore } from "../../storage/index.ts";
import { CORE_DOMAINS, DOMAINS } from "../../storage/keys.ts";
import type { Domain } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { mountById } from "../mounts/find.ts";
import { clusterOf, type KeyTerm, type RotationConfig, SETTINGS, settingIn } from "./settings.ts";
import { changeSetting } from "./turn.ts";
import type { Snapshot } from "./types.ts";

/**
 * Rotation: every domain gets a new version of its data key; old versions keep opening. What is written from then on is
 * sealed with the new one (environments that hold the old one follow when their cache ends, within 15 minutes).
 */

const WIDTH = 4;

export const DEFAULT_ROTATION: RotationConfig = { maxOperations: 3865470566, enabled: true, intervalSeconds: 0 };

export const keyTerm = (snapshot: Snapshot): KeyTerm => {
  return settingIn(snapshot, SETTINGS.keyTerm) ?? { term: 1, installedMs: clusterOf(snapshot)?.startedMs ?? 0 };
};

export const rotationConfig = (snapshot: Snapshot): RotationConfig => {
  return settingIn(snapshot, SETTINGS.rotation) ?? DEFAULT_ROTATION;
};

/**
 * Makes the keys of domains that came with a later release, for tables that were initialized before it. Not those of
 * the others: where those are gone, what they sealed is lost.
 */
export const makeLaterKeys = (core: Core): Promise<void> => core.store.makeKeys(DOMAINS.challenge);

/**
 * Domains in use: core's own and every mount's. The term is raised last, so that an interrupted rotation is repeated.
 */
export const rotateAll = async (core: Core, store: Pick<SealedStore, "rotate">): Promise<KeyTerm> => {
  const snapshot = await core.config.snapshot();
  const mounts = [...snapshot.mounts.values()].map(({ info }) => info.id);
  const rotate = async (domain: Domain): Promise<void> => {
    await core.crash("keys.rotate", () => store.rotate(domain));
  };
  const rotateMount = async (mount: MountId): Promise<void> => {
    try {
      await rotate(mount);
    } catch (cause) {
      // The keys of a mount that was removed meanwhile are emptied: it has none to rotate.
      if (!isRefusal(cause) || mountById(await core.config.now(), mount)) throw cause;
    }
  };
  await makeLaterKeys(core);
  await workThrough(CORE_DOMAINS, WIDTH, rotate);
  await workThrough(mounts, WIDTH, rotateMount);
  const after = await changeSetting(core, SETTINGS.keyTerm, (before) => ({
    term: keyTerm(before).term + 1,
    installedMs: core.clock.now(),
  }));
  return keyTerm(after);
};

/** For the schedule: rotates when the configured interval is over. Answers whether it did. */
export const rotateWhenDue = async (core: Core, store: Pick<SealedStore, "rotate">): Promise<boolean> => {
  const snapshot = await core.config.snapshot();
  const { enabled, intervalSeconds } = rotationConfig(snapshot);
  const due = keyTerm(snapshot).installedMs + seconds(intervalSeconds) * 1000;
  if (!enabled || intervalSeconds === 0 || core.clock.now() < due) return false;
  await rotateAll(core, store);
  return true;
};
