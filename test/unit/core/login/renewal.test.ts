import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { defineBackend, op, path } from "../../../../src/framework/index.ts";
import { seconds } from "../../../../src/std/time.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** A method that lets anyone in for five minutes at a time, an hour at most, and does not judge renewals. */
const briefly = defineBackend({
  kind: "auth",
  type: "briefly",
  help: "Logs in for a while.",
  paths: [
    path("login", {
      summary: "a login",
      params: {},
      ops: {
        update: op({
          access: "unauthenticated",
          summary: "log in",
          answers: "login",
          handle: async () => ({
            auth: {
              displayName: "someone",
              token: { policies: ["default"], ttl: seconds(300), maxTtl: seconds(3600) },
              metadata: {},
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
  server = await makeServer({
    rows: [{ kind: "auth", type: "briefly", home: "login", load: async () => briefly }],
  });
  await server.call("POST", "sys/auth/briefly", { body: { type: "briefly" } });
});
afterAll(() => server.dynamo.close());

const authIn = (body: Readonly<Record<string, unknown>>) =>
  body["auth"] as { readonly client_token: string; readonly lease_duration: number };

it("a token renews within what its login said, where the method has no say in renewals", async () => {
  const login = await server.call("POST", "auth/briefly/login", { token: null, body: {} });
  const { client_token: token } = authIn(login.body);
  const renew = async (body = {}) => authIn((await server.call("POST", "auth/token/renew-self", { token, body })).body);

  server.clock.advance(200_000);
  expect((await renew()).lease_duration).toBe(300);
  expect((await renew({ increment: "2h" })).lease_duration).toBe(3400);
});
