import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

const typed = (type: string) => server.call("POST", `auth/token/roles/${type}`, { body: { token_type: type } });

it.each(["service", "batch", "default-service", "default-batch"])("a role may make tokens of type %s", async (type) => {
  const body = { renewable: !type.includes("batch"), orphan: true, token_type: type };
  expect((await server.call("POST", `auth/token/roles/${type}`, { body })).status).toBe(204);
});

it("a role makes tokens of no type that is not known", async () => {
  expect((await typed("nonsense")).status).toBe(400);
  expect((await server.call("GET", "auth/token/roles/nonsense")).status).toBe(404);
});

it.each([
  [0, 0, 0],
  [3, 0, 3],
  [0, 5, 5],
  [3, 5, 3],
  [5, 3, 3],
])("a token that asks for %d uses of a role that allows %d has %d", async (asked, allowed, has) => {
  await server.call("POST", "auth/token/roles/uses", { body: { token_num_uses: allowed } });

  const made = await server.call("POST", "auth/token/create/uses", { body: { num_uses: asked } });

  expect(made.body["auth"]).toMatchObject({ num_uses: has });
});

it("an older name given together with its new one is ignored, and not read back", async () => {
  const body = { period: "10m", token_period: "20m" };
  const { body: written } = await server.call("POST", "auth/token/roles/doubled", { body });

  const { data } = await server.call("GET", "auth/token/roles/doubled");

  expect(written["warnings"]).toEqual([
    "Both 'token_period' and deprecated 'period' value supplied, ignoring the deprecated value",
  ]);
  expect(data["token_period"]).toBe(1200);
  expect(data["period"]).toBe(0);
});
