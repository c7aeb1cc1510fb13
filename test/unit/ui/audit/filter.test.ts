import { describe, expect, it } from "@jest/globals";
import { EVERYTHING, type Filter, filtered } from "../../../../ui/audit/filter.ts";
import { rowsOf } from "../../../../ui/audit/rows.ts";

const request = (id: string, time: string) =>
  JSON.stringify({ type: "request", time, request: { id, operation: "read", path: `p/${id}` } });
const response = (id: string) => JSON.stringify({ type: "response", request: { id } });
const LINES = [
  request("1", "2026-11-30T10:00:00.5Z"),
  response("1"),
  request("2", "2026-11-30T10:00:59Z"),
  request("3", "2026-11-30T10:01:00Z"),
  request("4", "when it was"),
];

describe("requests of a log", () => {
  const found = async (part: Partial<Filter>): Promise<readonly string[]> =>
    filtered(await rowsOf(LINES), { ...EVERYTHING, ...part }).map(({ path }) => path);
  /** As a field for a date and a time has it. */
  const local = (utc: string): string => {
    const at = new Date(utc);
    const two = (part: number): string => String(part).padStart(2, "0");
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
  };

  it("are those of a stretch of time, its last minute included; a time that cannot be read is in none", async () => {
    const [ten, after] = [local("2026-11-30T10:00:00Z"), local("2026-11-30T10:01:00Z")];

    expect(await found({ from: ten, until: ten })).toEqual(["p/1", "p/2"]);
    expect(await found({ from: after })).toEqual(["p/3"]);
    expect(await found({ until: after })).toEqual(["p/1", "p/2", "p/3"]);
    expect(await found({})).toEqual(["p/1", "p/2", "p/3", "p/4"]);
  });

  it("are found by lines of their own and of their answers", async () => {
    expect(await found({ lines: new Set([2, 4]) })).toEqual(["p/1", "p/3"]);
    expect(await found({ lines: new Set() })).toEqual([]);
  });

  it("are read in parts, however many there are", async () => {
    const many = Array.from({ length: 4_500 }, (_, id) => request(String(id), "2026-11-30T10:00:00Z"));

    expect((await rowsOf(many)).at(-1)).toMatchObject({ line: 4_500, path: "p/4499" });
  });
});
