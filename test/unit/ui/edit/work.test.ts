import { describe, expect, it } from "@jest/globals";
import type { KvPath } from "../../../../ui/client/kv.ts";
import type { Capability } from "../../../../ui/client/session.ts";
import { dataOf, type Field, fieldsOf, newField, toJson } from "../../../../ui/pages/edit/model.ts";
import { hindrancesOf, orderOf } from "../../../../ui/pages/edit/order.ts";
import type { Found } from "../../../../ui/pages/edit/reading.ts";
import { howToSave, maySetExpiry, onlyNew } from "../../../../ui/pages/edit/rights.ts";
import { casOf } from "../../../../ui/pages/edit/saving.ts";
import {
  chosenSide,
  currentFields,
  isChanged,
  openChoices,
  startOf,
  type Work,
  withAll,
  withConflict,
  withFields,
  withSaved,
  withSide,
  withSplit,
} from "../../../../ui/pages/edit/work.ts";

const at: KvPath = { mount: "secret/", version: 2, path: "db" };
const NOW = Date.UTC(2026, 10, 30);

const read = (text: string): readonly Field[] => fieldsOf(text) ?? [];
const stored = (version: number, data: string): Found => ({ is: "stored", version, fields: read(data) });

const typed = (work: Work, name: string, value: string): Work =>
  withFields(
    work,
    (currentFields(work) ?? []).map((field) => (field.name === name ? { ...field, value } : field)),
  );

const dataIn = (work: Work): string => dataOf(currentFields(work) ?? []);

describe("unsaved work", () => {
  const start = startOf(stored(3, '{"user":"app","password":"old"}'));

  it("is none before anything is changed, nor after all is changed back", () => {
    expect(isChanged(start, start)).toBe(false);
    expect(isChanged(withFields(start, [...start.content.fields, newField()]), start)).toBe(false);
    expect(isChanged({ ...start, content: toJson(start.content.fields) }, start)).toBe(false);

    const changed = typed(start, "password", "new");

    expect(isChanged(changed, start)).toBe(true);
    expect(isChanged(typed(changed, "password", "old"), start)).toBe(false);
  });

  it.each<[string, (work: Work) => Work]>([
    ["another name", (work) => ({ ...work, name: "x" })],
    ["an end", (work) => ({ ...work, expiry: { is: "day", date: "" } })],
    ["broken JSON", (work) => ({ ...work, content: { view: "json", text: "{", fields: [] } })],
    ["a field less", (work) => withFields(work, work.content.fields.slice(1))],
    ["a new empty field with a name", (work) => withFields(work, [...work.content.fields, newField("x")])],
  ])("is %s", (_, change) => {
    expect(isChanged(change(start), start)).toBe(true);
  });

  it("of nothing stored begins with a row to fill", () => {
    const fresh = startOf({ is: "absent" });

    expect(fresh.content.fields).toHaveLength(1);
    expect(isChanged(fresh, fresh)).toBe(false);
    expect(orderOf(at, fresh, "write", NOW)).toMatchObject({ fields: [], expiry: undefined });
  });

  it("pasted as a file takes the places of its rows", () => {
    const first = newField("", "A=1\nB=2");
    const kept = newField("C", "3");
    const parts = [newField("A", "1"), newField("B", "2")];

    expect(withSplit([first, newField(), kept], first.id, parts)).toEqual([...parts, kept]);
  });
});

describe("work that went on while it was saved", () => {
  const begun = startOf(stored(3, '{"a":"1"}'));
  const sent = typed(begun, "a", "2");
  const later = typed(sent, "a", "3");

  it("builds on what was saved, and is unsaved by what came after it", () => {
    const after = withSaved(later, 4, currentFields(sent) ?? []);

    expect(casOf(after.base)).toBe(4);
    expect(dataIn(after)).toBe('{"a":"3"}');
    expect(isChanged(after, begun)).toBe(true);
    expect(isChanged(typed(after, "a", "2"), begun)).toBe(false);
  });

  it("of what may not be read knows the version alone", () => {
    const unread = startOf({ is: "unread", version: 2, names: ["a"] });

    expect(withSaved(unread, 3, []).base).toEqual({ is: "unread", version: 3, names: ["a"] });
  });
});

describe("a conflict (21)", () => {
  const begun = startOf(stored(3, '{"user":"app","password":"old","host":"a"}'));
  const mine = typed(typed(begun, "password", "mine"), "host", "b");
  const theirs = stored(4, '{"user":"ada","password":"theirs","host":"a"}');
  const found = withConflict(mine, theirs, currentFields(mine) ?? []);
  const row = (name: string) => {
    const one = found.conflict?.rows.find((other) => other.name === name);
    if (!one) throw new Error(`no row ${name}`);
    return one;
  };

  it("keeps mine, takes what only they changed, and waits for the rest", () => {
    expect(dataIn(found)).toBe('{"user":"ada","password":"mine","host":"b"}');
    expect(openChoices(found)).toEqual(["password"]);
    expect(orderOf(at, found, "write", NOW)).toBeUndefined();
    expect(hindrancesOf(found, "write", NOW).undecided).toEqual(["password"]);
    expect(casOf(found.base)).toBe(4);
    expect(isChanged(found, begun)).toBe(true);
  });

  it("is decided by taking theirs, keeping mine, or by hand", () => {
    const taken = withSide(found, row("password"), "theirs");
    const kept = withSide(found, row("password"), "mine");
    const byHand = typed(found, "password", "both");

    expect([chosenSide(taken, row("password")), dataIn(taken)]).toEqual([
      "theirs",
      '{"user":"ada","password":"theirs","host":"b"}',
    ]);
    expect(chosenSide(kept, row("password"))).toBe("mine");
    expect(chosenSide(byHand, row("password"))).toBe("hand");
    expect([taken, kept, byHand].map(openChoices)).toEqual([[], [], []]);
    expect(orderOf(at, byHand, "write", NOW)?.base).toBe(theirs);
  });

  it("is decided for all fields at once", () => {
    expect(dataIn(withAll(found, "theirs"))).toBe('{"user":"ada","password":"theirs","host":"a"}');
    expect(dataIn(withAll(found, "mine"))).toBe('{"user":"app","password":"mine","host":"b"}');
    expect(chosenSide(withAll(found, "mine"), row("user"))).toBe("mine");
  });

  it("may follow another one: theirs is what is compared with then", () => {
    const kept = withSide(found, row("password"), "mine");
    const again = withConflict(
      kept,
      stored(5, '{"user":"ada","password":"later","host":"a"}'),
      currentFields(kept) ?? [],
    );

    expect(again.conflict?.rows.map(({ name, change }) => [name, change])).toEqual([
      ["password", "both"],
      ["host", "mine"],
    ]);
    expect(again.conflict?.before).toBe(theirs);
    expect(openChoices(again)).toEqual(["password"]);
  });

  it("with a deletion keeps all of mine", () => {
    const gone = withConflict(mine, { is: "deleted", version: 4 }, currentFields(mine) ?? []);

    expect(dataIn(gone)).toBe(dataIn(mine));
    expect(openChoices(gone)).toEqual([]);
    expect(orderOf(at, gone, "write", NOW)?.base).toEqual({ is: "deleted", version: 4 });
  });
});

describe("what hinders a save", () => {
  const start = startOf(stored(1, '{"a":"1"}'));

  it("is nothing, where there is nothing", () => {
    expect(orderOf(at, start, "write", NOW)).toMatchObject({ how: "write", expiry: undefined });
  });

  it("is broken JSON, a name given twice, an end in the past", () => {
    const broken: Work = { ...start, content: { view: "json", text: '{"a":', fields: start.content.fields } };
    const twice = withFields(start, [...start.content.fields, newField("a", "2")]);
    const past: Work = { ...start, expiry: { is: "date", date: "2020-01-01T00:00" } };

    expect(hindrancesOf(broken, "write", NOW)).toMatchObject({ json: true });
    expect(hindrancesOf(twice, "write", NOW).faults.size).toBe(1);
    expect(hindrancesOf(past, "write", NOW)).toMatchObject({ past: true });
    expect([broken, twice, past].map((work) => orderOf(at, work, "write", NOW))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is replacing unseen what nobody confirmed; a patch needs no word", () => {
    const unseen = startOf({ is: "unread", version: 2, names: undefined });

    expect(hindrancesOf(unseen, "write", NOW).unconfirmed).toBe(true);
    expect(hindrancesOf({ ...unseen, blind: true }, "write", NOW).unconfirmed).toBe(false);
    expect(hindrancesOf(unseen, "patch", NOW).unconfirmed).toBe(false);
  });
});

describe("how a caller may save", () => {
  const unread: Found = { is: "unread", version: 2, names: undefined };
  const there = stored(1, "{}");
  const may =
    (...capabilities: readonly Capability[]) =>
    (path: string, capability: Capability): boolean =>
      path === "secret/data/db" && capabilities.includes(capability);

  it.each<[readonly Capability[], Found, string]>([
    [["update"], there, "write"],
    [["update", "patch"], there, "write"],
    [["patch"], there, "patch"],
    [["patch"], { is: "deleted", version: 1 }, "none"],
    [["create"], there, "none"],
    [["create"], unread, "write"],
    [["create"], { is: "absent" }, "write"],
    [["update"], { is: "absent" }, "none"],
    [["update"], { is: "deleted", version: 1 }, "write"],
    [["read", "list", "delete"], there, "none"],
  ])("%j of %j: %s", (capabilities, found, how) => {
    expect(howToSave(at, found, may(...capabilities))).toBe(how);
  });

  it("takes what is unread for new where it may create alone", () => {
    expect(onlyNew(at, unread, may("create"))).toBe(true);
    expect(onlyNew(at, unread, may("create", "update"))).toBe(false);
    expect(onlyNew(at, there, may("create"))).toBe(false);
  });

  it("sets no end in version 1", () => {
    expect(maySetExpiry({ ...at, version: 1 }, () => true)).toBe(false);
    expect(maySetExpiry(at, (path) => path === "secret/metadata/db")).toBe(true);
  });
});
