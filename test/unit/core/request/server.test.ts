import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

describe("a fresh server", () => {
  it("answers health without a token", async () => {
    const answer = await server.call("GET", "sys/health", { token: null });

    expect(answer.status).toBe(200);
    expect(answer.body["initialized"]).toBe(true);
  });

  it("knows its root token", async () => {
    const answer = await server.call("GET", "auth/token/lookup-self");

    expect(answer.status).toBe(200);
    expect(answer.data["policies"]).toEqual(["root"]);
  });

  it("refuses a token it never made", async () => {
    const answer = await server.call("GET", "auth/token/lookup-self", { token: "hvs.nothing" });

    expect(answer.status).toBe(403);
    expect(answer.text).toContain("invalid token");
  });

  it("makes a child token that dies with its parent", async () => {
    await server.call("PUT", "sys/policies/acl/parent", {
      body: { policy: 'path "auth/token/create" { capabilities = ["update"] }' },
    });
    const create = async (token: string, policies: readonly string[]): Promise<string> => {
      const made = await server.call("POST", "auth/token/create", { token, body: { policies, ttl: "1h" } });
      return (made.body["auth"] as { client_token: string }).client_token;
    };
    const lookup = async (token: string) => (await server.call("GET", "auth/token/lookup-self", { token })).status;
    const parent = await create(server.root, ["default", "parent"]);
    const child = await create(parent, ["default"]);
    const stranger = await create(server.root, ["default"]);
    expect(await lookup(child)).toBe(200);

    await server.call("POST", "auth/token/revoke", { body: { token: parent } });

    expect(await lookup(parent)).toBe(403);
    expect(await lookup(child)).toBe(403);
    expect(await lookup(stranger)).toBe(200);
  });

  it("wraps an answer and unwraps it once", async () => {
    const wrapped = await server.call("POST", "sys/wrapping/wrap", {
      body: { a: 1 },
      headers: { "X-Vault-Wrap-TTL": "60" },
    });
    const { token } = wrapped.body["wrap_info"] as { token: string };

    const first = await server.call("POST", "sys/wrapping/unwrap", { token });
    const second = await server.call("POST", "sys/wrapping/unwrap", { token });

    expect(first.data).toEqual({ a: 1 });
    expect(second.status).toBe(400);
  });

  it("keeps a cubbyhole to its token", async () => {
    const made = await server.call("POST", "auth/token/create", { body: { policies: ["root"] } });
    const { client_token: other } = made.body["auth"] as { client_token: string };

    await server.call("POST", "cubbyhole/mine", { body: { k: "v" } });

    expect((await server.call("GET", "cubbyhole/mine")).data).toEqual({ k: "v" });
    expect((await server.call("GET", "cubbyhole/mine", { token: other })).status).toBe(404);
  });
});

describe("paths that lead nowhere", () => {
  it("answers the bare root of the API", async () => {
    expect((await server.call("GET", "/v1/")).status).toBe(404);
  });
});
