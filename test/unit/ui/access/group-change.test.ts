import { describe, expect, it } from "@jest/globals";
import { rebased } from "../../../../ui/pages/access/group-change.ts";
import { nameProblem, passwordProblem } from "../../../../ui/pages/access/new-person.ts";
import { namedPeople, personName } from "../../../../ui/pages/access/sign-in-name.ts";

const person = (id: string, name: string, ...aliases: string[]) => ({
  id,
  name,
  aliases: aliases.map((alias) => ({
    id: `${id}-${alias}`,
    name: alias,
    mountAccessor: "auth_userpass_1",
    mountPath: "auth/userpass/",
    mountType: "userpass",
  })),
});

describe("a change of a set", () => {
  it("is made to what is there by now", () => {
    expect(rebased(["a", "b"], ["a", "c"], ["a", "b", "d"])).toEqual(["a", "d", "c"]);
  });

  it("adds nobody twice, and removes who is gone already", () => {
    expect(rebased(["a"], ["b"], ["b"])).toEqual(["b"]);
    expect(rebased(["a"], ["a"], ["a", "z"])).toEqual(["a", "z"]);
  });
});

describe("a new name", () => {
  it.each([
    ["", "missing"],
    ["a/b", "bad"],
    ["a b", "bad"],
    ["..", "bad"],
    ["a\u202eb", "bad"],
    ["ok-name.1", undefined],
  ])("%j is %s", (name, problem) => expect(nameProblem(name)).toBe(problem));
});

describe("a first password", () => {
  it("has at least 8 characters and at most 72 bytes", () => {
    expect(passwordProblem("1234567")).toBe("short");
    expect(passwordProblem("12345678")).toBeUndefined();
    expect(passwordProblem("ü".repeat(37))).toBe("long");
  });
});

describe("the name of a person", () => {
  it("is the one they sign in by where the server made up its own", () => {
    expect(personName(person("1", "entity_0a1b2c3d", "alias"))).toBe("alias");
    expect(personName(person("1", "entity_0a1b2c3d"))).toBe("entity_0a1b2c3d");
    expect(personName(person("1", "Chosen", "alias"))).toBe("Chosen");
  });

  it("tells apart those who share it", () => {
    const people = [person("1", "entity_0a1b2c3d", "alias"), person("2", "entity_ffffffff", "alias"), person("3", "x")];

    expect(namedPeople(people).map(({ name }) => name)).toEqual([
      "alias (entity_0a1b2c3d)",
      "alias (entity_ffffffff)",
      "x",
    ]);
  });
});
