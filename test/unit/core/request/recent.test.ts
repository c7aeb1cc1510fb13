import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** A server whose reads of secrets may be late. */
const MAX_AGE_MS = 1000;

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await makeServer({ recentMs: MAX_AGE_MS });
  await server.call("POST", "sys/mounts/secret", { body: { type: "kv", options: { version: "2" } } });
  await server.call("POST", "sys/mounts/plain", { body: { type: "kv" } });
  await server.call("POST", "sys/policies/acl/app", {
    body: { policy: 'path "*" { capabilities = ["create", "read", "update", "delete"] }' },
  });
  const { body } = await server.call("POST", "auth/token/create-orphan", { body: { policies: ["app"] } });
  token = String((body["auth"] as { client_token?: unknown }).client_token);
});
afterAll(() => server.dynamo.close());

/** Keys of the last batch that was read. */
const keysRead = (): number => {
  const batch = server.table.calls.findLast(({ operation }) => operation === "BatchGetItem");
  const [table] = Object.values((batch?.input["RequestItems"] ?? {}) as Record<string, { Keys?: readonly unknown[] }>);
  return table?.Keys?.length ?? 0;
};

describe.each([
  ["secret/data/app", { data: { a: "1" } }],
  ["plain/app", { a: "1" }],
])("where reads may be late, %s", (path, body) => {
  it("is read without asking the table for it again", async () => {
    await server.call("POST", path, { body });
    await server.call("GET", path, { token });
    const first = keysRead();
    await server.call("GET", path, { token });

    expect(keysRead()).toBe(first - 1);
  });

  it("is not shown to a token that was revoked meanwhile", async () => {
    await server.call("POST", path, { body });
    const made = await server.call("POST", "auth/token/create-orphan", { body: { policies: ["app"] } });
    const mine = String((made.body["auth"] as { client_token?: unknown }).client_token);
    expect((await server.call("GET", path, { token: mine })).status).toBe(200);
    await server.call("POST", "auth/token/revoke", { body: { token: mine } });

    expect((await server.call("GET", path, { token: mine })).status).toBe(403);
  });

  it("is not shown once the policy denies it", async () => {
    await server.call("POST", path, { body });
    await server.call("GET", path, { token });
    await server.call("POST", "sys/policies/acl/app", {
      body: { policy: `path "${path}" { capabilities = ["deny"] }` },
    });
    const { status } = await server.call("GET", path, { token });
    await server.call("POST", "sys/policies/acl/app", {
      body: { policy: 'path "*" { capabilities = ["create", "read", "update", "delete"] }' },
    });

    expect(status).toBe(403);
  });

  it("is gone at once for whoever deletes it", async () => {
    await server.call("POST", path, { body });
    await server.call("GET", path, { token });
    await server.call("DELETE", path, { token });

    expect((await server.call("GET", path, { token })).status).toBe(404);
  });
});
