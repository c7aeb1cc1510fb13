import { expect } from "@jest/globals";
import type { Answered } from "../../support/make-server.ts";
import { keysRead, type TestTable } from "../../support/storage.ts";

/** One request whole between two calls that another makes to the table, or within one of its batch reads. */

/** Where the other request comes: before a call, or in it, before its key of that number is read and after all others. */
interface Place {
  readonly call: number;
  readonly key?: number;
}

/**
 * Runs `request` with `between` at a place; answers whether it made as many calls, and how many keys the call read that
 * was met.
 */
export const held = async <T>(
  table: TestTable,
  place: Place,
  request: () => Promise<T>,
  between: () => Promise<unknown>,
): Promise<{ readonly answer: T; readonly came: boolean; readonly keys: number }> => {
  let calls = 0;
  let came = false;
  let keys = 0;
  const rest = (): void => {
    table.before = () => undefined;
    table.split = () => undefined;
  };
  const come = async (): Promise<void> => {
    came = true;
    rest();
    await between();
  };
  table.before = async (call) => {
    calls += 1;
    if (calls !== place.call) return;
    keys = keysRead(call, table.tableName);
    if (place.key === undefined) await come();
  };
  table.split = () =>
    calls === place.call && place.key !== undefined ? { late: place.key, between: come } : undefined;
  try {
    return { answer: await request(), came, keys };
  } finally {
    rest();
  }
};

type Between = { readonly status: number };

export interface Schedule {
  readonly request: () => Promise<Answered>;
  /** Made by another process: one process has some of its requests wait for others. */
  readonly between: () => Promise<Between>;
  /** What must hold when both have been answered. */
  readonly holds: (answer: Answered, between: Between | undefined) => Promise<void>;
}

/** Plays one schedule. Answers whether `between` came, and how many keys the call reads that it came at. */
const play = async (table: TestTable, place: Place, set: () => Promise<Schedule>) => {
  const { request, between, holds } = await set();
  let second: Between | undefined;
  const { answer, came, keys } = await held(table, place, request, async () => {
    second = await between();
  });
  if (!came) return { came, keys };
  try {
    // Two who meet are nobody's fault: neither is told that the server broke.
    expect([answer.status, second?.status]).not.toContain(500);
    await holds(answer, second);
  } catch (cause) {
    const where = place.key === undefined ? "before" : `before key ${place.key} of`;
    throw new Error(`${where} call ${place.call}: ${answer.status} ${answer.text} and ${second?.status}`, { cause });
  }
  return { came, keys };
};

/** Every schedule there is; `set` makes both requests, of things that are new each time. */
export const everySchedule = async (table: TestTable, set: () => Promise<Schedule>): Promise<void> => {
  for (let call = 1; ; call += 1) {
    const { came, keys } = await play(table, { call }, set);
    if (!came) {
      expect(call).toBeGreaterThan(1);
      return;
    }
    for (let key = 0; keys > 1 && key < keys; key += 1) await play(table, { call, key }, set);
  }
};
