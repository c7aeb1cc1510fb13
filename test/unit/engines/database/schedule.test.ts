import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseSchedule, ScheduleError } from "../../../../src/engines/database/schedule.ts";

const next = (schedule: string, from: string) =>
  new Date(parseSchedule(schedule).next(Date.parse(from))).toISOString().slice(0, 16);

describe("a rotation schedule", () => {
  it.each([
    ["* * * * *", "2030-01-01T00:00:30Z", "2030-01-01T00:01"],
    ["0 0 * * *", "2030-01-01T00:00:00Z", "2030-01-02T00:00"],
    ["*/15 9-17 * * mon-fri", "2030-01-04T17:45:00Z", "2030-01-07T09:00"],
    ["30 4 1,15 * *", "2030-01-02T00:00:00Z", "2030-01-15T04:30"],
    ["0 12 29 FEB *", "2030-01-01T00:00:00Z", "2032-02-29T12:00"],
    ["0 0 13 * 5", "2030-01-01T00:00:00Z", "2030-01-04T00:00"],
    ["0 0 * * 7", "2030-01-01T00:00:00Z", "2030-01-06T00:00"],
    ["5/20 * * * *", "2030-01-01T00:10:00Z", "2030-01-01T00:25"],
    ["0 0 1 jan/6 ?", "2030-01-02T00:00:00Z", "2030-07-01T00:00"],
    ["0 0 */2 * mon", "2030-01-01T00:00:00Z", "2030-01-03T00:00"],
    ["0 2 31 3 *", "2030-01-01T00:00:00Z", "2030-03-31T02:00"],
  ])("%s after %s is %s", (schedule, from, at) => {
    expect(next(schedule, from)).toBe(at);
  });

  it.each([
    "",
    "* * * *",
    "* * * * * *",
    "@daily",
    "60 * * * *",
    "5-1 * * * *",
    "*/0 * * * *",
    "0 0 31 2 *",
    "a * * * *",
    "0 0 L * *",
    "0 0 15W * *",
    "0 0 * * 5#2",
    "0 0 * * 5L",
    "2030-05-01T00:00:00",
    "0 0 31 4,6,9,11 *",
    "-5 * * * *",
    "0 0 * * mon-fri-sat",
    "0,, * * * *",
    `0 0 ${"1,".repeat(200)}1 * *`,
    "0 ".repeat(300_000),
  ])("%p is refused", (schedule) => {
    expect(() => parseSchedule(schedule)).toThrow(ScheduleError);
  });

  it("names the first minute whose fields match, and none before it", () => {
    const some = (from: number, to: number) =>
      fc.option(fc.uniqueArray(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: 20 }), {
        nil: undefined,
      });
    const fields = fc.tuple(some(0, 59), some(0, 23), some(1, 28), some(1, 12), some(0, 6));
    const start = fc.date({ min: new Date("2030-01-01Z"), max: new Date("2040-01-01Z"), noInvalidDate: true });
    fc.assert(
      fc.property(fields, start, (given, from) => {
        const text = given.map((values) => values?.join(",") ?? "*").join(" ");
        const [minutes, hours, days, months, weekdays] = given;
        const has = (values: readonly number[] | undefined, value: number) => values?.includes(value) ?? true;
        const matches = (at: Date): boolean => {
          const day = has(days, at.getUTCDate());
          const weekday = has(weekdays, at.getUTCDay());
          const both = days === undefined || weekdays === undefined ? day && weekday : day || weekday;
          const time = has(minutes, at.getUTCMinutes()) && has(hours, at.getUTCHours());
          return time && both && has(months, at.getUTCMonth() + 1);
        };
        const found = parseSchedule(text).next(from.getTime());
        expect(matches(new Date(found))).toBe(true);
        const first = Math.floor(from.getTime() / 60_000) * 60_000 + 60_000;
        expect(found).toBeGreaterThanOrEqual(first);
        let earlier = false;
        for (let at = first; at < Math.min(found, first + 3000 * 60_000); at += 60_000)
          earlier ||= matches(new Date(at));
        expect(earlier).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
