import { type BackendContext, VaultError } from "../../../framework/index.ts";
import { dueNames } from "../../../framework/rotations.ts";
import { workThrough } from "../../../std/pool.ts";
import type { Address, View, Write } from "../../../storage/store.ts";
import { keyAddress, StoredKey } from "../model.ts";

/**
 * Which keys are to be rotated, and when. A key that rotates by schedule has an entry under the day on which it is due,
 * `rotation/<day>/<name>`, which every change of the key moves along; so the work looks at what is due by today and at
 * nothing else, however many keys a mount has.
 */

const DAY_MS = 86_400_000;
const FOLDER = "rotation/";

/** When the latest version is to be replaced, epoch milliseconds; `undefined`: never by schedule. */
const dueAt = ({ autoRotatePeriod, imported, allowRotation, versions, latest }: StoredKey): number | undefined => {
  if (autoRotatePeriod === 0 || (imported && !allowRotation)) return undefined;
  return (versions[String(latest)] ?? 0) + autoRotatePeriod * 1000;
};

/** Whether the latest version has reached its age. */
export const isDue = (stored: StoredKey, now: number): boolean => {
  const due = dueAt(stored);
  return due !== undefined && due <= now;
};

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

const placeOf = (stored: StoredKey | undefined, view: View): Address | undefined => {
  const due = stored && dueAt(stored);
  return stored && due !== undefined ? view.at(`${FOLDER}${dayOf(due)}/${stored.name}`) : undefined;
};

/** The writes that move a key's entry to its new day; none if the day stays the same. */
export const scheduleWrites = (
  before: StoredKey | undefined,
  after: StoredKey | undefined,
  view: View,
): readonly Write[] => {
  const old = placeOf(before, view);
  const now = placeOf(after, view);
  if (old?.sk === now?.sk) return [];
  const writes: Write[] = [];
  if (old) writes.push({ op: "delete", address: old, when: "any" });
  if (now) writes.push({ op: "put", address: now, body: null, when: "any" });
  return writes;
};

/** How many keys are rotated side by side: RSA keys take a processor for seconds. */
const WIDTH = 2;

/** Calls `rotate` for every key that is due, until the deadline. Throws at the end if any failed. */
export const eachDueKey = async (
  cx: BackendContext,
  deadlineMs: number,
  rotate: (name: string) => Promise<void>,
): Promise<void> => {
  const { storage, clock } = cx;
  const go = (): boolean => clock.now() < deadlineMs;
  const days = (await storage.list(FOLDER)).filter((day) => Number.parseInt(day, 10) <= dayOf(clock.now()));
  const failures: unknown[] = [];
  for (const day of days) {
    if (!go()) break;
    const due = await dueNames(
      storage,
      `${FOLDER}${day}`,
      (name) => keyAddress(storage, name),
      ({ body }) => isDue(StoredKey.parse(body), clock.now()),
    );
    const one = (name: string): Promise<void> => rotate(name).catch((cause: unknown) => void failures.push(cause));
    await workThrough(due, WIDTH, one, go);
  }
  const [cause] = failures;
  if (cause === undefined) return;
  const why = cause instanceof VaultError ? cause.reason : "internal error";
  throw new VaultError("internal", { reason: `keys not rotated: ${failures.length}; the first: ${why}`, cause });
};
