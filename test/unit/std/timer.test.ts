import { getEventListeners } from "node:events";
import { expect, test } from "@jest/globals";
import { pause, pauseWhile, type Timer } from "../../../src/std/timer.ts";

/** Time that passes when it is waited for; `during` is told of each wait before it is over. */
const passing = (during: (ms: number) => void = () => undefined) => {
  let now = 0;
  const waits: number[] = [];
  const timer: Timer = (ms, ring) => {
    waits.push(ms);
    during(ms);
    const soon = setImmediate(() => {
      now += ms;
      ring();
    });
    return () => clearImmediate(soon);
  };
  return { timer, waits, now: () => now };
};

test("a pause ends with its time and leaves nothing behind", async () => {
  const { signal } = new AbortController();
  expect(await pause(passing().timer, 5, signal)).toBe(true);
  expect(await pause(passing().timer, 5)).toBe(true);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a pause ends with its signal, and does not begin after it", async () => {
  const stop = new AbortController();
  const time = passing(() => setTimeout(() => stop.abort(), 0));
  const never: Timer = (ms) => time.timer(ms, () => undefined);
  expect(await pause(never, 5, stop.signal)).toBe(false);
  expect(await pause(never, 7, stop.signal)).toBe(false);
  expect(time.waits).toEqual([5]);
});

test("a pause of any length is made of timers that Node can hold, and of none shorter than it can tell", async () => {
  const DAY = 86_400_000;
  const long = passing();
  const end = 2 * DAY + 0.25;
  expect(await pauseWhile(long.timer, () => end - long.now(), new AbortController().signal)).toBe(true);
  expect(long.waits).toEqual([DAY, DAY, 1]);
});

test("a pause looks again after each step, and ends with its signal", async () => {
  const stop = new AbortController();
  const time = passing(() => {
    if (time.waits.length === 3) stop.abort();
  });
  expect(await pauseWhile(time.timer, () => 100, stop.signal, 10)).toBe(false);
  expect(time.waits).toEqual([10, 10, 10]);
});
