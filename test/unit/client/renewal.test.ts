import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  ConnectionError,
  type Lifetime,
  ResponseError,
  renewalWatcher,
  type WatcherEnd,
  type WatcherSettings,
} from "../../../src/client/index.ts";

/** Time that passes when nothing else is left to do. */
const simulated = () => {
  let now = 0;
  const timers: { at: number; ring: () => void }[] = [];
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    steady: () => now,
    timer: (ms: number, ring: () => void) => {
      const entry = { at: now + ms, ring };
      timers.push(entry);
      return () => {
        const at = timers.indexOf(entry);
        if (at >= 0) timers.splice(at, 1);
      };
    },
    pass: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        timers.push({ at: now + ms, ring: resolve });
      }),
    /** Until the watcher ends, or so much time is over. */
    play: async (ended: Promise<WatcherEnd>, most: number) => {
      let end: WatcherEnd | undefined;
      void ended.then((value) => {
        end = value;
      });
      for (await settle(); end === undefined && now <= most; await settle()) {
        timers.sort((a, b) => a.at - b.at);
        const next = timers.shift();
        if (next === undefined) throw new Error("nothing will happen any more");
        now = Math.max(now, next.at);
        next.ring();
      }
      return end;
    },
  };
};

const bytes = (share: number) => (length: number) => {
  const out = Buffer.alloc(length);
  out.writeUInt32BE(Math.floor(share * 0xffffffff));
  return out;
};

type Story = Partial<WatcherSettings> & { readonly share?: number; readonly most?: number };
const watch = async (story: Story) => {
  const time = simulated();
  const at: number[] = [];
  const { share = 0.5, most = 1e9, renew, ...settings } = story;
  const first: Lifetime = { leaseDuration: 60, renewable: true };
  const watcher = renewalWatcher({
    first,
    mode: "ignore errors",
    ...time,
    random: { bytes: bytes(share) },
    ...settings,
    renew: (signal) => {
      at.push(time.steady());
      return (renew ?? (async () => settings.first ?? first))(signal);
    },
  });
  const end = await time.play(watcher.ended, most);
  watcher.stop();
  return { end, at, now: time.steady(), time };
};

const broken = async (): Promise<Lifetime> => {
  throw new ConnectionError("https://host", "connection refused");
};

test("it renews at once, and then after two thirds of what is left and a third of the grace", async () => {
  const { end, at } = await watch({ share: 0, most: 200_000 });
  expect(end).toBeUndefined();
  // Of 60 s: 40 s and a third of 6 s.
  expect(at.slice(0, 4)).toEqual([0, 42_000, 84_000, 126_000]);
});

test("a token that cannot be renewed is watched to seven tenths of its life and more", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4_000_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (life, share) => {
        const { end, at, now } = await watch({ first: { leaseDuration: life, renewable: false }, share, most: 1e12 });
        expect(end).toEqual({ reason: "due" });
        expect(at).toEqual([]);
        expect(now / 1000 / life).toBeGreaterThan(0.66);
        expect(now / 1000 / life).toBeLessThan(0.9);
      },
    ),
    { numRuns: 50 },
  );
});

test("a life that its maximum cuts short ends before it is over, with a tenth of the last grant left", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 100_000 }),
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (life, times, share) => {
        const maximum = life * times * 1000;
        const time = simulated();
        const watcher = renewalWatcher({
          first: { leaseDuration: life, renewable: true },
          mode: "ignore errors",
          ...time,
          random: { bytes: bytes(share) },
          renew: async () => ({
            leaseDuration: Math.floor(Math.min(life * 1000, maximum - time.steady()) / 1000),
            renewable: true,
          }),
        });
        expect(await time.play(watcher.ended, maximum + 1)).toEqual({ reason: "due" });
        expect(time.steady()).toBeLessThanOrEqual(maximum);
      },
    ),
    { numRuns: 50 },
  );
});

test("failures are tried again with growing waits for as long as the life allows, and no longer", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 50_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (life, share) => {
        const errors: unknown[] = [];
        const first = { leaseDuration: life, renewable: true };
        const { end, at, now } = await watch({ first, share, renew: broken, onError: (error) => errors.push(error) });
        expect(end).toEqual({ reason: "due" });
        expect(errors).toHaveLength(at.length);
        expect(now / 1000 / life).toBeGreaterThan(0.79);
        expect(now / 1000 / life).toBeLessThan(0.91);
        const waits = at.slice(1).map((moment, index) => moment - (at[index] ?? 0));
        for (const [index, wait] of waits.entries()) {
          const usual = Math.min(10_000 * 2 ** index, 300_000);
          expect(wait).toBeGreaterThanOrEqual(usual * 0.5);
          expect(wait).toBeLessThanOrEqual(usual * 1.5);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test("after a failure a success goes on as before", async () => {
  let tries = 0;
  const { at } = await watch({
    share: 0,
    most: 100_000,
    renew: async () => {
      tries += 1;
      return tries === 2 ? broken() : { leaseDuration: 60, renewable: true };
    },
  });
  expect(at.slice(0, 4)).toEqual([0, 42_000, 47_000, 89_000]);
});

test("the first error ends it where that is wanted", async () => {
  const { end, at } = await watch({ mode: "stop at first error", renew: broken });
  expect(end).toMatchObject({ reason: "failed", error: { reason: "connection refused" } });
  expect(at).toEqual([0]);
});

test("a lease that is not or no longer renewable fails where errors end it", async () => {
  const first = { leaseDuration: 60, renewable: false };
  expect((await watch({ mode: "stop at first error", first })).end).toEqual({ reason: "failed" });
  const renew = async () => first;
  expect((await watch({ mode: "stop at first error", renew })).end).toEqual({ reason: "failed" });
});

test("a refusal is not asked again: the token is used for as long as it may live", async () => {
  const refused = new ResponseError({ method: "PUT", url: "https://host", status: 403, errors: ["permission denied"] });
  const { end, at, now } = await watch({ renew: () => Promise.reject(refused) });
  expect(end).toEqual({ reason: "due" });
  expect(at).toEqual([0]);
  expect(now).toBeGreaterThan(39_000);
  expect(now).toBeLessThan(54_000);
});

test("a server that never answers does not outlast the life", async () => {
  let asked: AbortSignal | undefined;
  const { end, now } = await watch({
    renew: (signal) => {
      asked = signal;
      return new Promise(() => undefined);
    },
  });
  expect(end).toEqual({ reason: "due" });
  expect(now).toBeCloseTo(51_000, -1);
  expect(asked?.aborted).toBe(true);
});

test("a slow answer does not stretch the life it grants", async () => {
  const time = simulated();
  const at: number[] = [];
  const watcher = renewalWatcher({
    first: { leaseDuration: 60, renewable: true },
    mode: "ignore errors",
    ...time,
    random: { bytes: bytes(0) },
    renew: async () => {
      at.push(time.steady());
      await time.pass(30_000);
      return { leaseDuration: 60, renewable: true };
    },
  });
  await time.play(watcher.ended, 60_000);
  watcher.stop();
  // 30 s are left of the 60 s granted: 20 s and a third of 6 s.
  expect(at.slice(0, 2)).toEqual([0, 52_000]);
});

test("a stop ends it, also while the server is asked", async () => {
  for (const renew of [
    async () => ({ leaseDuration: 60, renewable: true }),
    () => new Promise<Lifetime>(() => undefined),
  ]) {
    const time = simulated();
    const watcher = renewalWatcher({
      first: { leaseDuration: 60, renewable: true },
      mode: "ignore errors",
      ...time,
      random: { bytes: bytes(0) },
      renew,
    });
    time.timer(5000, () => watcher.stop());
    expect(await time.play(watcher.ended, 100_000)).toEqual({ reason: "stopped" });
    expect(time.steady()).toBe(5000);
  }
});

test("a life of no length is due once it was asked for", async () => {
  const first = { leaseDuration: 0, renewable: true };
  const { end, at, now } = await watch({ first });
  expect([end, at, now]).toEqual([{ reason: "due" }, [0], 0]);
});
