import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  addressesOf,
  foldersAbove,
  isFolder,
  kvPathOf,
  kvVersionOf,
  nameOf,
  parentOf,
  placesToKeep,
} from "../../../../ui/client/kv.ts";
import { mountServing } from "../../../../ui/client/mount-serving.ts";

const mount = (path: string, type: string, options: Readonly<Record<string, string>> = {}) => ({
  path,
  type,
  options,
  description: "",
});

const MOUNTS = [
  mount("secret/", "kv", { version: "2" }),
  mount("old/", "kv", { version: "1" }),
  mount("old/deep/", "kv", { version: "2" }),
  mount("cubbyhole/", "cubbyhole"),
  mount("database/", "database"),
];

test("a secret can be kept in every key-value mount, the cubbyhole offered last", () => {
  const cubbyhole = mount("own/", "cubbyhole");
  expect(placesToKeep([cubbyhole, ...MOUNTS])).toEqual(["secret/", "old/", "old/deep/", "own/", "cubbyhole/"]);
});

test("the version of a mount is told by its type and its option", () => {
  const versions = [
    mount("a/", "kv"),
    mount("a/", "kv", { version: "1" }),
    mount("a/", "kv", { version: "2" }),
    mount("a/", "kv-v2"),
    mount("a/", "generic"),
    mount("a/", "cubbyhole"),
    mount("a/", "transit"),
    mount("a/", "transit", { version: "2" }),
  ].map(kvVersionOf);
  expect(versions).toEqual([1, 1, 2, 2, 1, 1, undefined, undefined]);
});

test("the longest mount serves a path, and a mount may be named without its slash", () => {
  expect(kvPathOf(MOUNTS, "old/deep/a/b")).toEqual({ mount: "old/deep/", version: 2, path: "a/b" });
  expect(kvPathOf(MOUNTS, "old/deepest")).toEqual({ mount: "old/", version: 1, path: "deepest" });
  expect(kvPathOf(MOUNTS, "secret")).toEqual({ mount: "secret/", version: 2, path: "" });
  expect(kvPathOf(MOUNTS, "secret/")).toEqual({ mount: "secret/", version: 2, path: "" });
  expect(kvPathOf(MOUNTS, "secrets/a")).toBeUndefined();
  expect(kvPathOf(MOUNTS, "database/creds/a")).toBeUndefined();
  expect(mountServing(MOUNTS, "database/creds/a")?.type).toBe("database");
});

test("version 2 has an address for each part of a secret, version 1 one for all", () => {
  expect(addressesOf({ mount: "old/deep/", version: 2, path: "team a/d%2Fb" })).toEqual({
    version: 2,
    data: "old/deep/data/team a/d%2Fb",
    list: "old/deep/metadata/team a/d%2Fb",
    metadata: "old/deep/metadata/team a/d%2Fb",
    detailed: "old/deep/detailed-metadata/team a/d%2Fb",
    subkeys: "old/deep/subkeys/team a/d%2Fb",
    delete: "old/deep/delete/team a/d%2Fb",
    undelete: "old/deep/undelete/team a/d%2Fb",
    destroy: "old/deep/destroy/team a/d%2Fb",
  });
  expect(addressesOf({ mount: "old/", version: 1, path: "data/a" })).toEqual({
    version: 1,
    data: "old/data/a",
    list: "old/data/a",
  });
});

test("names, parents and folders of a path", () => {
  expect(["", "a", "a/", "a/b", "a/b/", "a//b"].map((path) => [parentOf(path), nameOf(path)])).toEqual([
    ["", ""],
    ["", "a"],
    ["", "a/"],
    ["a/", "b"],
    ["a/", "b/"],
    ["a//", "b"],
  ]);
  expect(foldersAbove("a/b/c")).toEqual(["a/", "a/b/"]);
  expect(foldersAbove("a/b/c/")).toEqual(["a/", "a/b/"]);
  expect(foldersAbove("a")).toEqual([]);
  expect(foldersAbove("")).toEqual([]);
  expect(["", "a/", "a"].map(isFolder)).toEqual([true, true, false]);
});

test("a path is its parent and its name, and its folders are folders that it begins with", () => {
  const path = fc.string({ unit: fc.constantFrom("/", "a", "é", "%", ".") });
  fc.assert(
    fc.property(path, (text) => {
      expect(parentOf(text) + nameOf(text)).toBe(text);
      const above = foldersAbove(text);
      expect(above.at(-1) ?? "").toBe(parentOf(text));
      for (const folder of above) expect(isFolder(folder) && text.startsWith(folder)).toBe(true);
    }),
  );
});
