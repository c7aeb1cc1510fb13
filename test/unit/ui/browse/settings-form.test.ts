import { expect, test } from "@jest/globals";
import { metadataFrom } from "../../../../ui/client/kv-metadata.ts";
import {
  bodyOf,
  draftOf,
  faultsOf,
  isValid,
  newNote,
  shownDuration,
} from "../../../../ui/pages/browse/settings-form.ts";

const read = (more: Readonly<Record<string, string | number | boolean | Record<string, string>>> = {}) => {
  const metadata = metadataFrom({ current_version: 1, versions: {}, ...more });
  if (!metadata) throw new Error("no metadata");
  return metadata;
};

test("settings that nobody changes are sent as they were", () => {
  const metadata = read({
    max_versions: 5,
    cas_required: true,
    delete_version_after: "36h0m0s",
    custom_metadata: { owner: "team-a" },
    current_metadata_version: 3,
  });
  expect(bodyOf(draftOf(metadata), metadata)).toEqual({
    max_versions: 5,
    cas_required: true,
    delete_version_after: "129600s",
    custom_metadata: { owner: "team-a" },
    metadata_cas: 3,
  });
});

test("never is an empty field, and sent as 0s; a server that does not count changes is not asked about them", () => {
  const metadata = read({ delete_version_after: "0s" });
  expect(draftOf(metadata).deleteAfter).toBe("");
  expect(bodyOf(draftOf(metadata), metadata)).toEqual({
    max_versions: 0,
    cas_required: false,
    delete_version_after: "0s",
    custom_metadata: {},
  });
});

test("an empty note is not sent, and two notes of one name are refused", () => {
  const draft = { ...draftOf(read()), notes: [newNote("a", "1"), newNote(), newNote("b", "2")] };
  expect(bodyOf(draft, read())["custom_metadata"]).toEqual({ a: "1", b: "2" });
  expect(isValid(draft)).toBe(true);
  const twice = { ...draft, notes: [...draft.notes, newNote("a", "3")] };
  expect(faultsOf(twice).twice.size).toBe(1);
  expect(isValid(twice)).toBe(false);
});

test("only whole numbers and durations are taken", () => {
  const draft = draftOf(read());
  for (const maxVersions of ["", "-1", "1.5", "x"]) expect(isValid({ ...draft, maxVersions })).toBe(false);
  for (const deleteAfter of ["x", "1", "1d2", "-1h"]) {
    expect(isValid({ ...draft, deleteAfter })).toBe(deleteAfter === "1");
  }
});

test("a duration is shown in its largest whole unit", () => {
  const shown = ["144h0m0s", "36h0m0s", "1h30m0s", "90s", "0s", "0h0m0s", "1.5s", "x"].map(shownDuration);
  expect(shown).toEqual(["6d", "36h", "90m", "90s", "", "", "1.5s", "x"]);
});
