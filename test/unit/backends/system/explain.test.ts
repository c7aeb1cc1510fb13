import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../../src/std/json.ts";
import { makeServer } from "../../../support/make-server.ts";
import { authOf, type IdentityServer, makeIdentityServer } from "../../core/identity/support.ts";

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

/** A token with the `default` policy alone. */
const plain = async (): Promise<string> => {
  const answer = await server.call("POST", "auth/token/create", { body: { policies: ["default"] } });
  return String(authOf(answer)["client_token"]);
};

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

describe("a login that is only thought of", () => {
  it("has the policies of its method besides those of its entity, whose name fills templates", async () => {
    const text = 'path "kv/own/{{identity.entity.name}}" { capabilities = ["read"] }';
    await server.call("POST", "sys/policies/acl/templated", { body: { policy: text } });
    const entity = await server.entity("thought-of");
    await server.group("more-writers", { policies: ["writer"], member_entity_ids: [entity] });
    const ask = async (path: string, about: JsonObject) =>
      (await explain({ path, operation: "read", ...about })).data["allowed"];

    const both = { entity_id: entity, policies: ["templated"] };

    expect(await ask("kv/own/thought-of", both)).toBe(true);
    expect(await ask("kv/own/somebody-else", { entity_id: entity })).toBe(true);
    expect(await ask("kv/private/a", both)).toBe(false);
    expect(await ask("kv/own/thought-of", { policies: ["templated"] })).toBe(false);
  });

  it("is told to whoever may read both", async () => {
    const entity = await server.entity("known-to-few");
    const token = await server.tokenWith(
      "half",
      `${WRITER} path "identity/entity/id/${entity}" { capabilities = ["read"] }`,
    );
    const ask = async (about: JsonObject) =>
      (await explain({ path: "kv/a", operation: "read", ...about }, token)).status;

    expect(await ask({ entity_id: entity })).toBe(200);
    expect(await ask({ entity_id: entity, policies: ["writer"] })).toBe(403);
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
    const token = await server.tokenWith("nothing", 'path "sys/policies/explain" { capabilities = ["deny"] }');

    expect((await explain({ path: "kv/a", operation: "read" }, token)).status).toBe(403);
  });

  it("may ask about itself by the default policy alone, and about nobody else", async () => {
    const token = await plain();
    const ask = async (body: JsonObject) => (await explain({ path: "kv/a", operation: "read", ...body }, token)).status;

    expect(await explain({ path: "cubbyhole/a", operation: "read" }, token)).toMatchObject({
      status: 200,
      data: { allowed: true, reason: "granted", decided_by: null, complete: false },
    });
    expect(await ask({})).toBe(200);
    for (const other of [{ policies: ["default"] }, { token }, { accessor: "x" }, { entity_id: "x" }]) {
      expect(await ask(other)).toBe(403);
    }
  });

  it("about itself is not told of a mount out of its reach, nor which names fold in it", async () => {
    await server.call("POST", "sys/auth/people", { body: { type: "userpass" } });
    const token = await plain();
    const ask = async (mount: string) => {
      const path = `auth/${mount}/users/ADMIN`;
      const { data } = await explain({ path, operation: "update" }, token);
      expect(data).toMatchObject({ path, allowed: false, reason: "denied", sudo_required: false });
      return JSON.stringify(data).replaceAll(mount, "mount");
    };

    expect(await ask("people")).toBe(await ask("missing"));
  });

  it("about itself is not told what needs sudo in a mount out of its reach", async () => {
    const all = await makeServer();
    await all.call("POST", "sys/mounts/ca", { body: { type: "pki" } });
    const made = await all.call("POST", "auth/token/create", { body: { policies: ["default"] } });
    const token = String(authOf(made)["client_token"]);
    const body = { path: "ca/root", operation: "delete" };
    const asked = (extra: JsonObject) => all.call("POST", "sys/policies/explain", { ...extra });

    expect((await asked({ body: { ...body, policies: ["default"] } })).data["sudo_required"]).toBe(true);
    expect((await asked({ body, token })).data).toMatchObject({
      sudo_required: false,
      suggestion: expect.not.stringContaining("sudo"),
    });
  });

  it("must say what it asks", async () => {
    expect((await explain({ path: "kv/a", operation: "write" })).status).toBe(400);
    expect((await explain({ operation: "read" })).status).toBe(400);
    expect((await explain({ token: "a", accessor: "b", path: "a", operation: "read" })).status).toBe(400);
    expect((await explain({ token: "a", policies: ["writer"], path: "a", operation: "read" })).status).toBe(400);
  });
});
