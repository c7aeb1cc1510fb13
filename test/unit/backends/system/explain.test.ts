import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../../src/std/json.ts";
import { type IdentityServer, makeIdentityServer } from "../../core/identity/support.ts";

let server: IdentityServer;
let secretive: string;

const WRITER = `path "kv/*" {
  capabilities = ["read"]
}
path "kv/private/*" {
  capabilities = ["deny"]
}
path "sys/policies/explain" {
  capabilities = ["update"]
}
`;

beforeAll(async () => {
  server = await makeIdentityServer();
  secretive = await server.tokenWith("writer", WRITER);
});
afterAll(() => server.dynamo.close());

const explain = (body: JsonObject, token?: string) =>
  server.call("POST", "sys/policies/explain", token === undefined ? { body } : { body, token });

describe("an explanation", () => {
  it("names policy and line that decided", async () => {
    const { data } = await explain({ token: secretive, path: "kv/private/a", operation: "read" });

    expect(data).toMatchObject({
      allowed: false,
      reason: "explicit_deny",
      decided_by: { pattern: "kv/private/*", policies: [{ name: "writer", line: 4 }] },
      complete: true,
    });
  });

  it("suggests a rule that, once added, allows the request", async () => {
    const { data } = await explain({ token: secretive, path: "kv/new", operation: "create" });
    const token = await server.tokenWith("suggested", String(data["suggestion"]));

    expect(data["allowed"]).toBe(false);
    expect((await server.call("POST", "kv/new", { token, body: { a: 1 } })).status).toBe(204);
  });

  it("knows which operations need sudo", async () => {
    const { data } = await explain({ token: secretive, path: "auth/token/accessors/", operation: "list" });

    expect(data["sudo_required"]).toBe(true);
    expect(String(data["suggestion"])).toContain('"sudo"');
  });

  it("agrees with what the request would meet", async () => {
    for (const [path, status] of [
      ["kv/a", 404],
      ["kv/private/a", 403],
      ["cubbyhole/a", 404],
    ] as const) {
      const { data } = await explain({ token: secretive, path, operation: "read" });
      expect(data["allowed"]).toBe(status === 404);
      expect((await server.call("GET", path, { token: secretive })).status).toBe(status);
    }
  });

  it("counts what groups give", async () => {
    const entity = await server.entity("in-a-group");
    await server.group("writers", { policies: ["writer"], member_entity_ids: [entity] });

    const { data } = await explain({ entity_id: entity, path: "kv/a", operation: "read" });

    expect(data).toMatchObject({ allowed: true, decided_by: { policies: [{ name: "writer", line: 1 }] } });
  });
});

describe("who asks for an explanation", () => {
  it("learns nothing of policies it may not read, not even about itself", async () => {
    const denied = await explain({ path: "kv/private/a", operation: "read" }, secretive);
    const unmatched = await explain({ path: "elsewhere", operation: "read" }, secretive);

    expect(denied.data).toMatchObject({
      allowed: false,
      reason: "denied",
      decided_by: null,
      rules: [],
      complete: false,
    });
    expect(unmatched.data["reason"]).toBe("denied");
    expect(denied.text).not.toContain("writer");
    expect(denied.text).not.toContain("kv/private/*");
  });

  it.each<JsonObject>([{ policies: ["writer"] }, { token: "self" }, { accessor: "x" }, { entity_id: "x" }])(
    "needs the right to what it names: %j",
    async (named) => {
      const body = { ...named, ...(named["token"] ? { token: secretive } : {}), path: "kv/a", operation: "read" };

      expect((await explain(body, secretive)).status).toBe(403);
    },
  );

  it("must be allowed to", async () => {
    const token = await server.tokenWith("nothing", 'path "none" { capabilities = ["read"] }');

    expect((await explain({ path: "kv/a", operation: "read" }, token)).status).toBe(403);
  });

  it("must say what it asks", async () => {
    expect((await explain({ path: "kv/a", operation: "write" })).status).toBe(400);
    expect((await explain({ operation: "read" })).status).toBe(400);
    expect((await explain({ token: "a", accessor: "b", path: "a", operation: "read" })).status).toBe(400);
  });
});
