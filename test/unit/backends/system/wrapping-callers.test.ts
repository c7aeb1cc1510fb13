import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
let powerless: string;
beforeAll(async () => {
  server = await makeServer();
  const body = { policies: ["nothing"], no_default_policy: true };
  const made = await server.call("POST", "auth/token/create", { body });
  powerless = (made.body["auth"] as { client_token: string }).client_token;
});
afterAll(() => server.dynamo.close());

const wrapped = async (): Promise<string> => {
  const headers = { "X-Vault-Wrap-TTL": "60" };
  const answer = await server.call("POST", "sys/wrapping/wrap", { body: { a: 1 }, headers });
  return (answer.body["wrap_info"] as { token: string }).token;
};
const unwrap = (token: string | null, body: object) => server.call("POST", "sys/wrapping/unwrap", { token, body });

describe("unwrapping", () => {
  it("a token of the body needs the caller's right to unwrap, and stays where it is missing", async () => {
    const token = await wrapped();

    expect((await unwrap(powerless, { token })).status).toBe(403);
    expect((await unwrap(null, { token })).status).toBe(403);
    expect((await unwrap(server.root, { token })).data).toEqual({ a: 1 });
  });

  it("the request's own token needs no other right, though the body repeats it", async () => {
    const token = await wrapped();

    expect((await unwrap(token, { token })).data).toEqual({ a: 1 });
  });
});
