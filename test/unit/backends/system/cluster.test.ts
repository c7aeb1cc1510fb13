import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { VAULT_VERSION } from "../../../../src/contract/version.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

describe("a server without nodes", () => {
  it("has no leader, and nobody waits to be one", async () => {
    const { status, body } = await server.call("GET", "sys/leader", { token: null });

    expect(status).toBe(200);
    expect(body).toMatchObject({ ha_enabled: false, is_self: false, leader_address: "", performance_standby: false });
  });

  it("is one active node", async () => {
    const { data } = await server.call("GET", "sys/ha-status");

    expect(data["nodes"]).toEqual([expect.objectContaining({ active_node: true, version: VAULT_VERSION })]);
  });

  it("has no attempt to generate a root token under way, and begins none", async () => {
    const { body } = await server.call("GET", "sys/generate-root/attempt", { token: null });
    const begun = await server.call("POST", "sys/generate-root/attempt", { token: null, body: {} });

    expect(body).toMatchObject({ started: false, complete: false, progress: 0, encoded_token: "", otp: "" });
    expect(begun.status).toBe(400);
    expect(begun.text).toContain("zeroth operator generate-root");
  });
});
