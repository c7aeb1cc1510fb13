import { expect, test } from "@jest/globals";
import type { KvPath } from "../../../../ui/client/kv.ts";
import { namedByRules, scansWhole } from "../../../../ui/client/rule-names.ts";
import type { Capability } from "../../../../ui/client/session.ts";

const top: KvPath = { mount: "secret/", version: 2, path: "" };
const rule = (pattern: string, ...capabilities: Capability[]) => ({ pattern, capabilities });
const namesIn = (folder: KvPath, ...rules: ReturnType<typeof rule>[]) => namedByRules(folder, rules);

test("a rule names the next part of its path, as a folder where more follows", () => {
  const rules = [
    rule("secret/data/team-a/*", "read"),
    rule("secret/data/db", "read"),
    rule("secret/data/x/y/z", "read"),
  ];
  expect(namesIn(top, ...rules)).toEqual({ names: ["db", "team-a/", "x/"], open: false });
  expect(namesIn({ ...top, path: "x/" }, ...rules)).toEqual({ names: ["y/"], open: false });
  expect(namesIn({ ...top, path: "x/y/" }, ...rules)).toEqual({ names: ["z"], open: false });
  expect(namesIn({ ...top, path: "other/" }, ...rules)).toEqual({ names: [], open: false });
});

test("data, metadata, subkeys and the rest name the same secret once", () => {
  const parts = ["data", "metadata", "detailed-metadata", "subkeys", "delete", "undelete", "destroy"];
  const rules = parts.map((part) => rule(`secret/${part}/a`, "update"));
  expect(namesIn(top, ...rules)).toEqual({ names: ["a"], open: false });
});

test("a star or a plus where the name would be leaves it open", () => {
  expect(namesIn({ ...top, path: "team-a/" }, rule("secret/data/team-a/*", "read"))).toEqual({ names: [], open: true });
  expect(namesIn({ ...top, path: "team-a/deep/" }, rule("secret/data/team*", "read")).open).toBe(true);
  expect(namesIn(top, rule("secret/data/app-*", "read")).open).toBe(true);
  expect(namesIn(top, rule("*", "read")).open).toBe(true);
  expect(namesIn(top, rule("secret/*", "read")).open).toBe(true);
  expect(namesIn(top, rule("secret/data/+/db", "read"))).toEqual({ names: [], open: true });
});

test("a plus stands for any folder that is open", () => {
  const plus = rule("secret/data/+/db", "read");
  expect(namesIn({ ...top, path: "team-a/" }, plus)).toEqual({ names: ["db"], open: false });
  expect(namesIn({ ...top, path: "team-a/" }, rule("secret/+/team-a/+/x", "read")).open).toBe(true);
  expect(namesIn({ ...top, path: "team-a/b/" }, rule("secret/+/team-a/+/x", "read")).names).toEqual(["x"]);
});

test("what may only be listed is a folder, with or without the slash; a denial names nothing", () => {
  expect(namesIn(top, rule("secret/metadata/a", "list"), rule("secret/metadata/b/", "list")).names).toEqual([
    "a/",
    "b/",
  ]);
  expect(namesIn(top, rule("secret/data/hidden"))).toEqual({ names: [], open: false });
});

test("version 1 has no part between mount and path", () => {
  const old: KvPath = { mount: "old/", version: 1, path: "" };
  expect(namesIn(old, rule("old/team-a/db", "read"), rule("secret/data/x", "read")).names).toEqual(["team-a/"]);
});

test("a scan shows everything only where no narrower rule forbids scanning", () => {
  const wide = rule("secret/metadata/*", "list", "scan");
  expect(scansWhole(top, [wide])).toBe(true);
  expect(scansWhole(top, [wide, rule("secret/metadata/team-a/*", "list")])).toBe(false);
  expect(scansWhole(top, [wide, rule("secret/metadata/team-a/*", "list", "scan")])).toBe(true);
  expect(scansWhole(top, [wide, rule("secret/metadata/+/db", "list")])).toBe(false);
  expect(scansWhole(top, [wide, rule("secret/data/team-a/*", "read"), rule("old/*", "list")])).toBe(true);
  expect(scansWhole({ ...top, path: "team-b/" }, [wide, rule("secret/metadata/team-a/*", "list")])).toBe(true);
});
