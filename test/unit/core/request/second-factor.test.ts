import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
  await server.call("POST", "auth/userpass/users/ada", { body: { password: "correct-horse" } });
  const { data } = await server.call("POST", "identity/mfa/method/totp", { body: { issuer: "zeroth" } });
  await server.call("POST", "identity/mfa/login-enforcement/people", {
    body: { mfa_method_ids: [data["method_id"]], auth_method_types: ["userpass"] },
  });
});
afterAll(() => server.dynamo.close());

describe("a login that waits for a code", () => {
  it("is concluded without a token; its audit line has the hash of its request id", async () => {
    const password = { password: "correct-horse" };
    const { status, body } = await server.call("POST", "auth/userpass/login/ada", { body: password, token: null });

    expect([status, body["auth"]]).toMatchObject([200, { client_token: "", mfa_requirement: {} }]);
    const line = server.auditLines.at(-1) ?? "";
    expect(line).toMatch(/"mfa_request_id":"#[\w-]{43}"/);
    const { mfa_requirement } = body["auth"] as { mfa_requirement: { mfa_request_id: string } };
    expect(line).not.toContain(mfa_requirement.mfa_request_id);
  });
});
