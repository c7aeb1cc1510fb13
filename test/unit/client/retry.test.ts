import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { readRetryAfter, retryWait } from "../../../src/client/retry.ts";

const settings = fc.record({
  retries: fc.nat(20),
  minWait: fc.integer({ min: 1, max: 60_000 }),
  maxWait: fc.integer({ min: 1, max: 3_600_000 }),
});
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("a wait is three quarters to all of what doubles with each try, up to its limit", () => {
  fc.assert(
    fc.property(settings, fc.nat(10_000), share, (retry, attempt, random) => {
      const longest = Math.min(retry.minWait * 2 ** Math.min(attempt, 30), retry.maxWait);
      const wait = retryWait(retry, attempt, random);
      expect(wait).toBeGreaterThanOrEqual(longest * 0.75);
      expect(wait).toBeLessThanOrEqual(longest);
    }),
  );
});

test("a server's own wait goes before ours, and is never longer than a minute", () => {
  fc.assert(
    fc.property(settings, fc.nat(100), share, fc.nat(1e9), (retry, attempt, random, asked) => {
      expect(retryWait(retry, attempt, random, asked)).toBe(Math.min(asked, 60_000));
    }),
  );
});

test("whatever a server writes as Retry-After is a time or nothing, and never before now", () => {
  const header = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  fc.assert(
    fc.property(header, fc.nat(4e12), (text, now) => {
      const wait = readRetryAfter(text, now);
      if (wait !== undefined) expect(wait).toBeGreaterThanOrEqual(0);
    }),
  );
  expect(readRetryAfter("120", 0)).toBe(120_000);
  expect(readRetryAfter("Thu, 01 Jan 1970 00:01:00 GMT", 15_000)).toBe(45_000);
  expect(readRetryAfter("soon", 0)).toBeUndefined();
  expect(readRetryAfter(undefined, 0)).toBeUndefined();
});
