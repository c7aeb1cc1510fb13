import { expect, test } from "@jest/globals";
import { byDay, daysAhead } from "../../../../ui/pages/expiring/days.ts";

const NOW = new Date(2026, 10, 30, 12).getTime();
const HOUR = 3_600_000;
const ending = (path: string, hours: number) => ({ path, at: NOW + hours * HOUR, why: "noted" as const });

test("endings stand under their days, soonest first, what is over before all", () => {
  const days = byDay([ending("c", 30), ending("b", 2), ending("a", 1), ending("over", -50)], NOW, 7);
  expect(days.map(({ begins, endings }) => [begins, endings.map(({ path }) => path)])).toEqual([
    ["over", ["over"]],
    [new Date(2026, 10, 30).getTime(), ["a", "b"]],
    [new Date(2026, 11, 1).getTime(), ["c"]],
  ]);
});

test("what ends after the time asked for is left out", () => {
  const endings = [ending("soon", 24), ending("late", 24 * 8)];
  expect(byDay(endings, NOW, 7).flatMap((day) => day.endings)).toHaveLength(1);
  expect(byDay(endings, NOW, Number.POSITIVE_INFINITY).flatMap((day) => day.endings)).toHaveLength(2);
});

test("days ahead are counted from midnight, whatever the hour", () => {
  expect(daysAhead(new Date(2026, 10, 30).getTime(), NOW)).toBe(0);
  expect(daysAhead(new Date(2026, 11, 1).getTime(), NOW)).toBe(1);
  expect(daysAhead(new Date(2027, 2, 30).getTime(), NOW)).toBe(120);
});
