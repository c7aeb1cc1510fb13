import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/kv", { body: { type: "kv", options: { version: "1" } } });
});
afterAll(() => server.dynamo.close());

const RULES = `path "kv/*" {
  capabilities = ["scan", "create"]
}
path "kv/private/*" {
  capabilities = ["deny"]
}
`;

it("a scan leaves out what the caller's rules forbid below it", async () => {
  await server.call("POST", "sys/policies/acl/scanner", { body: { policy: RULES } });
  const made = await server.call("POST", "auth/token/create", { body: { policies: ["scanner"] } });
  const { client_token: token } = made.body["auth"] as { client_token: string };
  for (const name of ["a", "open/b", "private/c"]) await server.call("POST", `kv/${name}`, { body: { x: "1" } });

  const { data } = await server.call("GET", "kv/?scan=true", { token });

  expect(data["keys"]).toEqual(["a", "open/b"]);
});
