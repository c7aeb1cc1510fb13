import { describe, expect, it } from "@jest/globals";
import { compileRoutes, type Operation, op, type Path, path } from "../../../src/framework/index.ts";

const nothing = op({ summary: "do nothing", answers: "nothing", handle: async () => undefined });

/** A row whose captures are all described. */
// biome-ignore lint/suspicious/noExplicitAny: templates of many shapes
const row = (template: string, ...operations: Operation[]): Path<any> => ({
  template,
  summary: template,
  params: Object.fromEntries([...template.matchAll(/\{(\w+)/g)].map((found) => [found[1], "described"])),
  ops: Object.fromEntries((operations.length > 0 ? operations : ["read"]).map((name) => [name, nothing])),
});

const matcher = (...templates: Parameters<typeof compileRoutes>[0]) => {
  const routes = compileRoutes(templates);
  return (below: string) => {
    const match = routes.match(below);
    return match && [match.path.template, match.params];
  };
};

describe("a static template", () => {
  const match = matcher(row("config"), row("config/keys"), row(""));
  it("matches itself alone", () => expect(match("config")).toEqual(["config", {}]));
  it("matches the longer of two", () => expect(match("config/keys")).toEqual(["config/keys", {}]));
  it("does not match what goes on", () => expect(match("config/other")).toBeUndefined());
  it("matches in its own case alone", () => expect(match("Config")).toBeUndefined());
  it("matches the mount's root when it is empty", () => expect(match("")).toEqual(["", {}]));
  it("does not match with a slash behind it", () => expect(match("config/")).toBeUndefined());
});

describe("a list path", () => {
  const match = matcher(
    row("role", "list"),
    row("role/{name}", "read"),
    row("role/{name}/secret-id", "list", "update"),
  );
  it("matches with a slash behind it", () => expect(match("role/")).toEqual(["role", {}]));
  it("matches without one", () => expect(match("role")).toEqual(["role", {}]));
  it("matches below a capture", () => expect(match("role/web/secret-id/")?.[1]).toEqual({ name: "web" }));
  it("is unknown where the path has no list", () => expect(match("role/web/")).toBeUndefined());
});

describe("a capture", () => {
  const match = matcher(
    row("role/{name}"),
    row("any/{serial:any}"),
    row("at/{name:at}"),
    row("role/special"),
    row("role/{role_name}/id"),
    row("method/{id:uuid}"),
  );
  it.each(["web", "a", "_", "w-e.b", "9", "__proto__", "x_1"])("takes the generic name %s", (name) =>
    expect(match(`role/${name}`)).toEqual(["role/{name}", { name }]),
  );
  it.each(["-x", "x-", ".x", "x.", "a b", "a@b", "é", "a:b", "%61"])("refuses %s as a generic name", (name) =>
    expect(match(`role/${name}`)).toBeUndefined(),
  );
  it("loses to static text", () => expect(match("role/special")?.[0]).toBe("role/special"));
  it("wins where static text leads nowhere", () =>
    expect(match("role/special/id")?.[1]).toEqual({ role_name: "special" }));
  it("takes any one segment when told so", () => expect(match("any/17:b3 é")?.[1]).toEqual({ serial: "17:b3 é" }));
  it("never takes a slash", () => expect(match("any/a/b")).toBeUndefined());
  it("never takes nothing", () => expect(match("any/")).toBeUndefined());
  it("takes an at sign when told so", () =>
    expect(match("at/g@host.example")?.[1]).toEqual({ name: "g@host.example" }));
  it("takes a UUID in lower case alone when told so", () => {
    const id = "00000000-0000-4000-8000-00000000abcd";
    expect(match(`method/${id}`)?.[1]).toEqual({ id });
    for (const other of ["name", id.toUpperCase(), `${id}0`, id.replaceAll("-", ""), `{${id}}`]) {
      expect(match(`method/${other}`)).toBeUndefined();
    }
  });
});

describe("a rest capture", () => {
  const match = matcher(
    row("data/{path+}"),
    row("mounts/{path+}", "read", "update"),
    row("mounts/{path+}/tune"),
    row("{path+}"),
  );
  it("takes one segment", () => expect(match("data/a")).toEqual(["data/{path+}", { path: "a" }]));
  it("takes many", () => expect(match("data/a/b c/é")?.[1]).toEqual({ path: "a/b c/é" }));
  it("keeps the slash of a listing", () => expect(match("data/a/")?.[1]).toEqual({ path: "a/" }));
  it("needs at least one segment", () => expect(match("data")).toEqual(["{path+}", { path: "data" }]));
  it("stops before a static end", () =>
    expect(match("mounts/auth/aws/tune")).toEqual(["mounts/{path+}/tune", { path: "auth/aws" }]));
  it("takes the word itself where nothing is before it", () =>
    expect(match("mounts/tune")?.[1]).toEqual({ path: "tune" }));
  it("loses to everything else", () => expect(match("data/a")?.[0]).toBe("data/{path+}"));
});

describe("a table", () => {
  it.each([
    ["the same template twice", [row("a"), row("a")]],
    ["captures that differ in name alone", [row("a/{x}"), row("a/{y}")]],
    ["captures of two shapes in one place", [row("a/{x}"), row("a/{y:any}/b")]],
    ["two rests with the same end", [row("{x+}/tune"), row("{y+}/tune")]],
    ["a path without an operation", [{ ...row("a"), ops: {} }]],
    ["a capture nobody describes", [{ ...row("a/{x}"), params: {} }]],
    ["a name captured twice", [row("{x}/{x}")]],
    ["a capture behind a rest", [row("{x+}/{y}")]],
    ["a capture nobody can read", [row("{x")]],
    ["an empty segment", [row("a//b")]],
  ])("is refused for %s", (_, paths) => expect(() => compileRoutes(paths)).toThrow(/template/));

  it("tells the compiler the names of shaped captures", () => {
    const typed = path("a/{x:any}/{y+}", { summary: "", params: { x: "one", y: "rest" }, ops: { read: nothing } });
    expect(typed.template).toBe("a/{x:any}/{y+}");
  });
});
