import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { helpFor } from "../../../src/framework/help.ts";
import { type Answers, compileRoutes, defineBackend, field, Keys, op, path } from "../../../src/framework/index.ts";
import { openApiDocument } from "../../../src/framework/openapi.ts";
import { referencePages } from "../../../src/framework/reference.ts";

const none = async () => undefined;
const role = path("role/{name}", {
  summary: "manage the roles",
  params: { name: "name of the role" },
  exists: async () => true,
  ops: {
    read: op({ summary: "read a role", answers: z.object({ ttl: z.number().describe("seconds") }), handle: none }),
    update: op({
      summary: "write a role",
      answers: "nothing",
      input: z.object({ ttl: field.duration("life of tokens") }),
      handle: none,
    }),
    delete: op({ summary: "delete a role", answers: "nothing", access: "sudo", handle: none }),
  },
});
const roles = path("role", {
  summary: "the roles",
  params: {},
  ops: { list: op({ summary: "list roles", answers: Keys, handle: none }) },
});
const login = path("login", {
  summary: "log in",
  params: {},
  ops: {
    update: op({
      summary: "log in",
      answers: "login",
      access: "unauthenticated",
      input: z.object({ role: field.text("whose") }),
      handle: none,
    }),
  },
});
const root = path("", {
  summary: "the root",
  params: {},
  ops: { list: op({ summary: "list all", answers: Keys, handle: none }) },
});
const backend = defineBackend({
  kind: "auth",
  type: "demo",
  help: "Shows how.\n\nAt length.",
  paths: [role, roles, login, root],
});
const routes = compileRoutes(backend.paths);

describe("help for a path", () => {
  const { help, see_also, openapi } = helpFor(backend, routes.match("role/web"));
  it("names request and pattern", () =>
    expect(help).toContain(
      "Request:        role/web\nMatching Route: ^role/(?P<name>\\w(([\\w-.]+)?\\w)?)$\n\nManage the roles.",
    ));
  it("describes fields and captures", () =>
    expect(help).toContain("    ttl (duration (sec))\n\n        life of tokens\n"));
  it("describes each operation", () =>
    expect(help).toContain("delete (needs sudo)\n        Delete a role. Answers nothing."));
  it("refers to nothing else", () => expect(see_also).toBeNull());
  it("carries the document of that path alone", () =>
    expect(Object.keys((openapi as { paths: object }).paths)).toEqual(["/role/{name}"]));
});

describe("help for a backend", () => {
  it("lists its paths when nothing matched", () => {
    const { help } = helpFor(backend, undefined);
    expect(help).toContain("## PATHS");
    expect(help).toContain("    ^role/?$\n        The roles.");
  });
  it("is what the mount's root shows", () => expect(helpFor(backend, routes.match("")).help).toContain("## PATHS"));
});

describe("the OpenAPI document", () => {
  const document = openApiDocument([{ path: "auth/demo/", backend }], "1.17.0") as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string; parameters?: object[]; requestBody?: object }>>;
  };
  it("has a path per template, under the mount", () =>
    expect(Object.keys(document.paths).sort()).toEqual([
      "/auth/demo/",
      "/auth/demo/login",
      "/auth/demo/role/",
      "/auth/demo/role/{name}",
    ]));
  it("shows a listing as GET with list", () =>
    expect(document.paths["/auth/demo/role/"]?.["get"]?.parameters).toMatchObject([{ name: "list", in: "query" }]));
  it("marks what needs no token", () =>
    expect(document.paths["/auth/demo/login"]).toMatchObject({ "x-vault-unauthenticated": true }));
  it("shows a body's fields", () =>
    expect(JSON.stringify(document.paths["/auth/demo/role/{name}"]?.["post"]?.requestBody)).toContain(
      '"format":"duration"',
    ));
  it("names every operation differently", () => {
    const ids = Object.values(document.paths).flatMap((item) =>
      Object.values(item).flatMap((entry) => (entry.operationId ? [entry.operationId] : [])),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("what operations answer, in the OpenAPI document", () => {
  const item = (answers: Answers, verb: "read" | "update" = "update") =>
    JSON.stringify(
      openApiDocument(
        [
          {
            path: "x/",
            backend: defineBackend({
              kind: "secret",
              type: "x",
              help: "x",
              paths: [
                path("a", {
                  summary: "a",
                  params: {},
                  ops: { [verb]: op({ summary: "do it", answers, handle: none }) },
                }),
              ],
            }),
          },
        ],
        "1.0.0",
      ).paths["/x/a"],
    );
  it("is data in the envelope", () =>
    expect(item(z.object({ size: z.number() }))).toContain('"data":{"type":"object","properties":{"size"'));
  it("is the auth block of a login, never an empty body", () => {
    expect(item("login")).toContain('"auth":{"type":"object","properties":{"client_token"');
    expect(item("login")).not.toContain('"204"');
  });
  it("is an empty body where nothing is answered, and not found for a read", () => {
    expect(item("nothing")).toContain('"204":{"description":"empty body"}');
    expect(item("nothing", "read")).toContain('"404"');
  });
  it("is either of several", () => {
    expect(item([Keys, "nothing"])).toMatch(/"200".*"204"/);
    expect(item([Keys, "login"])).toContain('"anyOf":[');
  });
  it("is bytes of a type, or a body outside the envelope", () => {
    expect(item({ raw: "text/plain" })).toContain('"text/plain":{"schema":{"type":"string"}}');
    expect(item({ bare: z.object({ up: z.boolean() }) })).toContain('"schema":{"type":"object","properties":{"up"');
  });
  it("is a lease", () => expect(item("lease")).toContain('"lease_id"'));
});

describe("the API reference", () => {
  const [index, page] = referencePages([backend]);
  it("has an index", () => expect(index?.text).toContain("- [demo](auth-demo.md) (auth): Shows how."));
  it("shows method and path", () => expect(page?.text).toContain("POST /v1/auth/:mount/role/:name"));
  it("shows fields of the body", () => expect(page?.text).toContain("| `ttl` | duration (sec) | life of tokens |"));
  it("shows fields of the answer", () => expect(page?.text).toContain("| `ttl` | number | seconds |"));
  it("says what needs sudo", () => expect(page?.text).toContain("**delete** (needs `sudo`): delete a role"));
});
