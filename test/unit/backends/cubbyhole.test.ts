import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

const DEEP = `cubbyhole/${"a/".repeat(45)}b`;

it("a path that no entry can have is refused for what it is, and to strangers before that", async () => {
  const statuses = async (token: string) => [
    (await server.call("GET", DEEP, { token })).status,
    (await server.call("POST", DEEP, { token, body: { a: "b" } })).status,
  ];
  expect([await statuses(server.root), await statuses("hvs.nobody")]).toEqual([
    [400, 400],
    [403, 403],
  ]);
});

it("each token reads its own entry, whoever else has one of that name", async () => {
  const tokens = [server.root];
  for (let made = 0; made < 2; made += 1) {
    const { body } = await server.call("POST", "auth/token/create", { body: { policies: ["default"] } });
    tokens.push((body["auth"] as { client_token: string }).client_token);
  }
  for (const token of tokens.slice(0, 2)) {
    await server.call("POST", "cubbyhole/mine", { token, body: { of: String(tokens.indexOf(token)) } });
  }
  const found = [];
  for (const token of tokens) found.push((await server.call("GET", "cubbyhole/mine", { token })).data["of"]);

  expect(found).toEqual(["0", "1", undefined]);
});

it("the last use of a token may be a write", async () => {
  const { body } = await server.call("POST", "auth/token/create", { body: { policies: ["default"], num_uses: 1 } });
  const token = (body["auth"] as { client_token: string }).client_token;

  expect((await server.call("POST", "cubbyhole/mine", { token, body: { a: "b" } })).status).toBe(204);
});
