import { expect } from "@jest/globals";
import type { Answered } from "../../support/make-server.ts";
import type { TestTable } from "../../support/storage.ts";

/** One request whole between two calls that another makes to the table. */

/** Runs `request` with `between` before its call number `at`; answers whether it made as many calls. */
export const held = async <T>(
  table: TestTable,
  at: number,
  request: () => Promise<T>,
  between: () => Promise<unknown>,
): Promise<{ readonly answer: T; readonly came: boolean }> => {
  let calls = 0;
  let came = false;
  table.before = async () => {
    calls += 1;
    if (calls !== at) return;
    came = true;
    table.before = () => undefined;
    await between();
  };
  try {
    return { answer: await request(), came };
  } finally {
    table.before = () => undefined;
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

/** Every schedule there is; `set` makes both requests, of things that are new each time. */
export const everySchedule = async (table: TestTable, set: () => Promise<Schedule>): Promise<void> => {
  for (let at = 1; ; at += 1) {
    const { request, between, holds } = await set();
    let second: Between | undefined;
    const { answer, came } = await held(table, at, request, async () => {
      second = await between();
    });
    if (!came) {
      expect(at).toBeGreaterThan(1);
      return;
    }
    try {
      // Two who meet are nobody's fault: neither is told that the server broke.
      expect([answer.status, second?.status]).not.toContain(500);
      await holds(answer, second);
    } catch (cause) {
      throw new Error(`before call ${at}: ${answer.status} ${answer.text} and ${second?.status}`, { cause });
    }
  }
};
