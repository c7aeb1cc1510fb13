import { type Ending, type Scenario, sequence } from "./scenario.ts";
import type { Target } from "./targets.ts";

/** What the benchmark and its test play. */

const LIFETIMES = [60, 300, 900, 3600, 43_200] as const;
/** Longer than any wait for a sweeper, so that the first minute is like every other. */
const BEGIN = 90;

const targets = (count: number, slots: number, ms = 20): readonly Target[] =>
  Array.from({ length: count }, () => ({ slots, ms, down: false }));

const endings = (
  count: number,
  seed: number,
  of: (random: () => number) => Pick<Ending, "at" | "target" | "group">,
) => {
  const random = sequence(seed);
  return Array.from({ length: count }, (): Ending => {
    const lifetime = LIFETIMES[Math.floor(random() * LIFETIMES.length)] ?? 60;
    return { lifetime, ...of(random) };
  });
};

const during = (random: () => number, from: number, seconds: number): number => from + Math.floor(random() * seconds);

/** Leases of mixed lifetimes that end over some time, at eight targets that take 200 calls a second each. */
export const steady = (count: number, seconds: number): Scenario => ({
  endings: endings(count, 1, (random) => ({
    at: during(random, BEGIN, seconds),
    target: Math.floor(random() * 8),
    group: "all",
  })),
  targets: targets(8, 4),
  longest: BEGIN + seconds + 600,
});

/**
 * So many leases of one target end in the same second, 100 seconds in. Others end all the time, `rate` a second: some at
 * the same target, which takes 500 calls a second, the rest at seven others.
 */
export const burst = (count: number, rate: number, seconds: number): Scenario => ({
  endings: [
    ...endings(count, 3, () => ({ at: 100, target: 0, group: "burst" })),
    ...endings(rate * seconds, 4, (random) => {
      const target = Math.floor(random() * 8);
      return { at: during(random, BEGIN, seconds), target, group: target === 0 ? "same target" : "others" };
    }),
  ],
  targets: targets(8, 10),
  longest: 3600,
});

/** One of eight targets is down for a time, or slow all the time. */
export const outage = (rate: number, seconds: number, how: "down" | "slow"): Scenario => ({
  endings: endings(rate * seconds, 5, (random) => {
    const target = Math.floor(random() * 8);
    return { at: during(random, BEGIN, seconds), target, group: target === 0 ? how : "others" };
  }),
  targets: targets(8, 4),
  turns: [
    {
      at: BEGIN - 30,
      run: ([first]) => {
        if (!first) return;
        if (how === "down") first.down = true;
        else first.ms = 10_000;
      },
    },
    {
      at: BEGIN + seconds,
      run: ([first]) => {
        if (!first) return;
        first.down = false;
        first.ms = 20;
      },
    },
  ],
  longest: BEGIN + seconds + 3600,
});
