import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { holdingTimer, pause, pauseWhile, type Timer, wallTimer } from "../../../src/std/timer.ts";

const DAY = 86_400_000;

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

test("a pause of any length is looked at once a day, and waits no shorter than Node can tell", async () => {
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

describe("a timer by the wall clock", () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test.each([
    ["wallTimer", wallTimer],
    ["holdingTimer", holdingTimer],
  ])("%s rings once and in its time, also when that is longer than a timer of the platform", (_name, timer) => {
    for (const ms of [5, 2 ** 31 - 1, 2 ** 31, 100 * DAY]) {
      const ring = jest.fn();
      timer(ms, ring);
      jest.advanceTimersByTime(ms - 1);
      expect(ring).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1);
      expect(ring).toHaveBeenCalledTimes(1);
      jest.advanceTimersByTime(DAY);
      expect(ring).toHaveBeenCalledTimes(1);
    }
    expect(jest.getTimerCount()).toBe(0);
  });

  test.each([wallTimer, holdingTimer])("is called off at any time", (timer) => {
    for (const after of [0, DAY, 50 * DAY]) {
      const ring = jest.fn();
      const cancel = timer(100 * DAY, ring);
      jest.advanceTimersByTime(after);
      cancel();
      expect(jest.getTimerCount()).toBe(0);
      jest.advanceTimersByTime(200 * DAY);
      expect(ring).not.toHaveBeenCalled();
    }
  });
});
