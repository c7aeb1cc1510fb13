import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { arrive } from "../../../scripts/load/arrivals.ts";
import type { Timer } from "../../../src/std/timer.ts";

/** A clock that only the timer moves, by the time it was asked to wait, or by a stall of `late`. */
const clockwork = (late: (wait: number) => number = () => 0) => {
  let at = 0;
  let waits = 0;
  const timer: Timer = (ms, ring) => {
    at += ms + late(waits++);
    queueMicrotask(ring);
    return () => undefined;
  };
  return { now: () => at, timer };
};

const never = new AbortController().signal;

describe("requests at a steady rate", () => {
  it("are due one after another, as the rate says", async () => {
    const { now, timer } = clockwork();
    const due: number[] = [];
    const send = async (at: number) => void due.push(at);
    await arrive({ rate: 200, seconds: 0.05, most: 100, now, timer, signal: never, send, dropped: () => undefined });

    expect(due).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
  });

  it("count from when they were due, however long the sender was held up", async () => {
    const { now, timer } = clockwork((wait) => (wait === 3 ? 30 : 0));
    const waited: number[] = [];
    const send = async (due: number) => void waited.push(now() - due);
    await arrive({ rate: 1000, seconds: 0.05, most: 100, now, timer, signal: never, send, dropped: () => undefined });

    expect(waited).toHaveLength(50);
    expect(Math.max(...waited)).toBe(30);
  });

  it("are neither lost nor sent twice, at any rate and with any stalls", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 500 }),
        fc.array(fc.nat(40), { minLength: 1 }),
        async (rate, milliseconds, stalls) => {
          const { now, timer } = clockwork((wait) => stalls[wait % stalls.length] ?? 0);
          const due: number[] = [];
          const send = async (at: number) => void due.push(at);
          const seconds = milliseconds / 1000;
          await arrive({ rate, seconds, most: 1e9, now, timer, signal: never, send, dropped: () => undefined });

          expect(due).toEqual(Array.from({ length: Math.round(rate * seconds) }, (_, at) => (at * 1000) / rate));
        },
      ),
    ));

  it("are dropped while too many are under way, and told", async () => {
    const { now, timer } = clockwork();
    const dropped: number[] = [];
    const answers: (() => void)[] = [];
    const send = () => new Promise<void>((answer) => void answers.push(answer));
    const all = arrive({
      rate: 1000,
      seconds: 0.01,
      most: 3,
      now,
      timer,
      signal: never,
      send,
      dropped: (due) => void dropped.push(due),
    });
    await new Promise((done) => setImmediate(done));
    for (const answer of answers) answer();
    await all;

    expect(answers).toHaveLength(3);
    expect(dropped).toHaveLength(7);
  });

  it("end with the signal, and those under way are waited for", async () => {
    const { now, timer } = clockwork();
    const ended = new AbortController();
    let answered = 0;
    const send = async (due: number): Promise<void> => {
      if (due >= 5) ended.abort();
      await new Promise((done) => setImmediate(done));
      answered += 1;
    };
    await arrive({
      rate: 1000,
      seconds: 10,
      most: 100,
      now,
      timer,
      signal: ended.signal,
      send,
      dropped: () => undefined,
    });

    expect(answered).toBe(6);
  });
});
