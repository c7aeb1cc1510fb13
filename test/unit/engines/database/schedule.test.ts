import { describe, expect, it } from "@jest/globals";
import { parseSchedule } from "../../../../src/engines/database/schedule.ts";

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
  ])("%p is refused", (schedule) => {
    expect(() => parseSchedule(schedule)).toThrow();
  });
});
