import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Endpoint, everyEndpoint, mountEverything, send } from "../../../support/every-path.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** V32: every operation of every path, without a token, with an empty one and with one that has no rights. */

let server: TestServer;
let endpoints: readonly Endpoint[];
let powerless: string;
beforeAll(async () => {
  server = await makeServer();
  await mountEverything(server);
  const body = { policies: ["nothing"], no_default_policy: true };
  const made = await server.call("POST", "auth/token/create", { body });
  powerless = String((made.body["auth"] as { client_token: string }).client_token);
  endpoints = (await everyEndpoint(server)).filter(
    ({ method, path }) => !(path.endsWith("/") && /POST|PATCH/.test(method)),
  );
});
afterAll(() => server.dynamo.close());

it.each([
  ["without a token", () => null],
  ["with an empty token", () => ""],
  ["with a token without rights", () => powerless],
])("V32: %s every path but the open ones is refused", async (_how, token) => {
  const closed = endpoints.filter(({ access }) => access !== "unauthenticated");
  expect(closed.length).toBeGreaterThan(200);
  const passed: string[] = [];
  for (const endpoint of closed) {
    const { status } = await send(server, endpoint, token(), {});
    if (status !== 403) passed.push(`${endpoint.name}: ${status}`);
  }
  expect(passed).toEqual([]);
});

it("V32: an open path asks for no token", async () => {
  const open = endpoints.filter(({ access, path }) => access === "unauthenticated" && !/wrapping|internal/.test(path));
  const refused: string[] = [];
  for (const endpoint of open) {
    const { status } = await send(server, endpoint, null, {});
    if (status === 403) refused.push(endpoint.name);
  }
  expect(refused).toEqual([]);
});
