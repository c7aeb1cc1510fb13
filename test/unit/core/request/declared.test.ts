import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import type { CatalogRow } from "../../../../src/core/catalog.ts";
import { defineBackend, op, path } from "../../../../src/framework/index.ts";
import { isJsonObject, type JsonObject } from "../../../../src/std/json.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** What the path table says holds for requests; and an answer it does not declare fails the test that saw it. */

/** Typed as declared; what it really holds the compiler cannot see. */
const shown = (more: object): { readonly name: string } => ({ name: "a", ...more });

const planted: CatalogRow = {
  kind: "secret",
  type: "planted",
  home: "kv",
  load: async () =>
    defineBackend({
      kind: "secret",
      type: "planted",
      help: "Answers what it should not.",
      paths: [
        path("right", {
          summary: "as declared",
          params: {},
          ops: {
            read: op({
              summary: "read",
              answers: z.object({ name: z.string() }),
              handle: async () => ({ data: shown({}) }),
            }),
            update: op({ summary: "write", answers: "nothing", handle: async () => ({ warnings: ["careful"] }) }),
          },
        }),
        path("more", {
          summary: "a member nobody declared",
          params: {},
          ops: {
            read: op({
              summary: "read",
              answers: z.object({ name: z.string() }),
              handle: async () => ({ data: shown({ secret: "x" }) }),
            }),
          },
        }),
        path("silent", {
          summary: "nothing where data is declared",
          params: {},
          ops: { update: op({ summary: "write", answers: z.object({}), handle: async () => undefined }) },
        }),
      ],
    }),
};

let server: TestServer;
beforeAll(async () => {
  server = await makeServer({ rows: [planted] });
  await server.call("POST", "sys/mounts/p", { body: { type: "planted" } });
});
afterAll(() => server.dynamo.close());

describe("an answer", () => {
  it("passes as declared", async () => {
    expect((await server.call("GET", "p/right")).data).toEqual({ name: "a" });
    expect((await server.call("POST", "p/right")).body["warnings"]).toEqual(["careful"]);
  });
  it("with a member nobody declared fails the test that saw it, by its path", () =>
    expect(server.call("GET", "p/more")).rejects.toThrow("secret planted: read more does not answer what it declares"));
  it("that is missing fails it too", () =>
    expect(server.call("POST", "p/silent")).rejects.toThrow("secret planted: update silent answers nothing"));
});

describe("the audit line of a path nobody declares", () => {
  const dataOf = async (where: string): Promise<unknown> => {
    const before = server.auditLines.length;
    await server.call("POST", where, { body: { type: "kv", ttl: 77 } });
    const line: unknown = JSON.parse(server.auditLines[before] ?? "");
    const request = isJsonObject(line) ? line["request"] : undefined;
    const data: JsonObject | unknown = isJsonObject(request) ? request["data"] : undefined;
    return isJsonObject(data) ? data["ttl"] : undefined;
  };
  it("hashes names that are clear elsewhere", async () =>
    expect(await dataOf("sys/no-such-path")).toMatch(/^#[\w-]{43}$/));
  it("but those of a declared path stay clear", async () => expect(await dataOf("auth/token/create")).toBe(77));
});
