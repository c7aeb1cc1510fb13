import { z } from "zod";
import type { BackendContext } from "../../../framework/index.ts";
import type { Address, View, Write } from "../../../storage/store.ts";
import { versionAddress } from "../model.ts";

/**
 * Versions that belong to no key any more, or not yet. Whatever takes versions from a key writes down which, in the
 * transaction that takes them, and then removes them; a restore writes down which it is about to add. What a process
 * that died did not remove is removed by the mount's periodic work.
 */

export interface Leftover {
  /** The key's random id. */
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

const FOLDER = "leftover/";
/** Writes in one transaction. */
const AT_ONCE = 100;
/** A restore that has not ended by then never will. */
const PATIENCE_MS = 3_600_000;

const Noted = z.object({
  /** Epoch milliseconds; before, the versions may still become a key's. */
  after: z.int(),
});

const nameOf = ({ id, from, to }: Leftover): string => `${id}.${from}.${to}`;

const parsed = (name: string): Leftover => {
  const [id = "", from, to] = name.split(".");
  return { id, from: Number(from), to: Number(to) };
};

const addressOf = (view: View, leftover: Leftover): Address => view.at(`${FOLDER}${nameOf(leftover)}`);

/** Notes versions that are to be removed. */
export const noteLeftover = (view: View, leftover: Leftover): Write => ({
  op: "put",
  address: addressOf(view, leftover),
  body: { after: 0 },
  when: "any",
});

/** Notes versions that are about to be written, to be removed unless they become a key's within the hour. */
export const notePending = (view: View, leftover: Leftover, now: number): Write => ({
  op: "put",
  address: addressOf(view, leftover),
  body: { after: now + PATIENCE_MS },
  when: "absent",
});

/** They became a key's. Fails where they were removed meanwhile. */
export const forget = (view: View, leftover: Leftover): Write => ({
  op: "delete",
  address: addressOf(view, leftover),
  when: "present",
});

/** Removes the versions, then the note of them. */
export const clearLeftover = async (leftover: Leftover, cx: BackendContext): Promise<void> => {
  const { storage } = cx;
  const { id, from, to } = leftover;
  for (let first = from; first <= to; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, to - first + 1) }, (_, index) => first + index);
    const deletes = numbers.map(
      (number) => ({ op: "delete", address: versionAddress(storage, id, number), when: "any" }) as const,
    );
    await cx.crash("transit.clear.versions", () => storage.write(deletes));
  }
  const note = { op: "delete", address: addressOf(storage, leftover), when: "any" } as const;
  await cx.crash("transit.clear.note", () => storage.write([note]));
};

/** Removes everything that was noted and not removed, until the deadline. */
export const clearLeftovers = async (cx: BackendContext, deadlineMs: number): Promise<void> => {
  const { storage, clock } = cx;
  for (const name of await storage.list(FOLDER)) {
    if (clock.now() >= deadlineMs) return;
    const leftover = parsed(name);
    const entry = await storage.get(addressOf(storage, leftover));
    if (entry && Noted.parse(entry.body).after <= clock.now()) await clearLeftover(leftover, cx);
  }
};
