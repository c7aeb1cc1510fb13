import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { builtInRows } from "../../../../src/catalog.ts";
import { defineBackend, op, path } from "../../../../src/framework/index.ts";
import { seconds } from "../../../../src/std/time.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** What a login shows once is the caller's alone: neither the token nor the audit log keeps it. */

const NONCE = "8a1c-shown-once-and-nowhere-else";

const door = defineBackend({
  kind: "auth",
  type: "door",
  help: "Lets everybody in and shows a secret.",
  paths: [
    path("login", {
      summary: "login",
      params: {},
      ops: {
        update: op({
          summary: "log in",
          answers: "login",
          access: "unauthenticated",
          input: z.object({}),
          handle: async () => ({
            auth: {
              displayName: "",
              token: { policies: ["default"], ttl: seconds(600) },
              metadata: { role: "guest" },
              shownOnce: { nonce: NONCE },
              renewable: true,
            },
          }),
        }),
      },
    }),
  ],
});

let server: TestServer;
beforeAll(async () => {
  const rows = builtInRows({ aws: () => Promise.reject(new Error("not used")) });
  server = await makeServer({ rows: [...rows, { kind: "auth", type: "door", home: "login", load: async () => door }] });
  await server.call("POST", "sys/auth/door", { body: { type: "door" } });
});
afterAll(() => server.dynamo.close());

const logIn = (headers: Record<string, string> = {}) =>
  server.call("POST", "auth/door/login", { token: null, body: {}, headers });
const authOf = (body: object) => (body as { auth: { client_token: string; metadata: object } }).auth;

describe("what a login shows once", () => {
  it("is among the metadata of its answer, and of no later one", async () => {
    const { client_token: token, metadata } = authOf((await logIn()).body);
    expect(metadata).toEqual({ role: "guest", nonce: NONCE });
    const lookup = await server.call("GET", "auth/token/lookup-self", { token });
    expect(lookup.data["meta"]).toEqual({ role: "guest" });
    const renewed = await server.call("POST", "auth/token/renew-self", { token, body: {} });
    expect(authOf(renewed.body).metadata).toEqual({ role: "guest" });
  });

  it("is wrapped with the answer", async () => {
    const { body } = await logIn({ "X-Vault-Wrap-TTL": "60" });
    const { token } = (body as unknown as { wrap_info: { token: string } }).wrap_info;
    expect(JSON.stringify(body)).not.toContain(NONCE);
    const inside = await server.call("POST", "sys/wrapping/unwrap", { token, body: {} });
    expect(authOf(inside.body).metadata).toEqual({ role: "guest", nonce: NONCE });
  });

  it("is hashed in the audit log", async () => {
    server.auditLines.length = 0;
    await logIn();
    const lines = server.auditLines.join("\n");
    expect(lines).not.toContain(NONCE);
    expect(lines).toMatch(/"metadata":\{"role":"guest","nonce":"#[\w-]{43}"\}/);
    expect(server.logLines.join("\n")).not.toContain(NONCE);
  });
});
