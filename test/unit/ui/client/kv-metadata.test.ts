import { expect, test } from "@jest/globals";
import {
  endOf,
  endOfCurrent,
  metadataFrom,
  momentOf,
  shownVersionFrom,
  stateOf,
} from "../../../../ui/client/kv-metadata.ts";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const DAY = 86_400_000;
const at = (ms: number): string => new Date(ms).toISOString();

test("settings and history are read from an answer, newest version first", () => {
  const metadata = metadataFrom({
    cas_required: true,
    created_time: "2026-11-01T00:00:00Z",
    current_metadata_version: 4,
    current_version: 10,
    custom_metadata: { owner: "team-a" },
    delete_version_after: "720h0m0s",
    max_versions: 5,
    oldest_version: 9,
    updated_time: "2026-11-02T00:00:00.123456789Z",
    versions: {
      "9": { created_time: "2026-11-01T00:00:00Z", deletion_time: "", destroyed: false },
      "10": { created_time: "2026-11-02T00:00:00Z", deletion_time: at(NOW + DAY), destroyed: false },
    },
  });
  expect(metadata?.versions.map(({ number }) => number)).toEqual([10, 9]);
  expect(metadata).toMatchObject({ current: 10, casRequired: true, deleteAfter: "720h0m0s", metadataVersion: 4 });
  expect(metadata?.updatedAt).toBe(Date.parse("2026-11-02T00:00:00.123Z"));
  expect(metadata?.custom).toEqual(new Map([["owner", "team-a"]]));
});

test("a folder among keys has no metadata", () => {
  expect(metadataFrom({})).toBeUndefined();
  expect(metadataFrom(null)).toBeUndefined();
});

test("the metadata that comes with data names its version", () => {
  const metadata = { version: 3, created_time: at(NOW), deletion_time: "", destroyed: true, custom_metadata: null };
  expect(shownVersionFrom({ data: null, metadata })).toEqual({
    number: 3,
    createdAt: NOW,
    deletionAt: undefined,
    destroyed: true,
    custom: new Map(),
  });
  expect(shownVersionFrom({})).toBeUndefined();
});

test("a version is live, deleted once its time has come, or destroyed", () => {
  const version = { number: 1, createdAt: 0, destroyed: false };
  expect(stateOf({ ...version, deletionAt: undefined }, NOW)).toBe("live");
  expect(stateOf({ ...version, deletionAt: NOW + DAY }, NOW)).toBe("live");
  expect(stateOf({ ...version, deletionAt: NOW }, NOW)).toBe("deleted");
  expect(stateOf({ ...version, deletionAt: NOW, destroyed: true }, NOW)).toBe("destroyed");
});

test("25. the earliest end counts: deletion by the server, or the note expires_at", () => {
  const none = new Map<string, string>();
  const noted = (text: string) => new Map([["expires_at", text]]);
  const live = { deletionAt: undefined, destroyed: false };
  const ending = { deletionAt: NOW + 2 * DAY, destroyed: false };
  expect(endOf(live, none, NOW)).toBeUndefined();
  expect(endOf(ending, none, NOW)).toEqual({ at: NOW + 2 * DAY, why: "deleted" });
  expect(endOf(ending, noted(at(NOW + DAY)), NOW)).toEqual({ at: NOW + DAY, why: "noted" });
  expect(endOf(ending, noted(at(NOW + 3 * DAY)), NOW)).toEqual({ at: NOW + 2 * DAY, why: "deleted" });
  expect(endOf(live, noted(at(NOW - DAY)), NOW)).toEqual({ at: NOW - DAY, why: "noted" });
  expect(endOf(undefined, noted(at(NOW + DAY)), NOW)?.why).toBe("noted");
});

test("what is deleted already has no end to come", () => {
  const noted = new Map([["expires_at", at(NOW + DAY)]]);
  expect(endOf({ deletionAt: NOW - 1, destroyed: false }, noted, NOW)).toBeUndefined();
  expect(endOf({ deletionAt: undefined, destroyed: true }, noted, NOW)).toBeUndefined();
});

test("a note is a day or a moment with its zone; other text is not an end", () => {
  expect(momentOf("2026-12-06")).toBe(Date.parse("2026-12-06T00:00:00Z"));
  expect(momentOf("2026-12-06T10:00:00+02:00")).toBe(Date.parse("2026-12-06T08:00:00Z"));
  for (const text of ["", "soon", "12", "2026-12-06T10:00", "6 Dec 2026", "2026-13-40", "2026-12-06T10:00:00Z; x"]) {
    expect(momentOf(text)).toBeUndefined();
  }
});

test("the end of a secret is that of its latest version", () => {
  const times = { created_time: at(NOW), destroyed: false };
  const metadata = metadataFrom({
    current_version: 2,
    versions: { "1": { ...times, deletion_time: at(NOW + DAY) }, "2": { ...times, deletion_time: at(NOW + 5 * DAY) } },
  });
  expect(metadata && endOfCurrent(metadata, NOW)).toEqual({ at: NOW + 5 * DAY, why: "deleted" });
});
