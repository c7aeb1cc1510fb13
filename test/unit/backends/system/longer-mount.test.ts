import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** V28: what a policy covers is settled by its text. A mount made later under a longer name changes nothing else. */

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/secret", { body: { type: "kv" } });
  const policy = `
    path "secret/*" { capabilities = ["create", "read", "update"] }
    path "secret/private/*" { capabilities = ["deny"] }
    path "secretive*" { capabilities = ["read"] }
    path "+/shared/*" { capabilities = ["list"] }
    path "auth/userpass/users/*" { capabilities = ["update"] }`;
  await server.call("PUT", "sys/policies/acl/v28", { body: { policy } });
  const made = await server.call("POST", "auth/token/create", { body: { policies: ["v28"] } });
  token = String((made.body["auth"] as { client_token: string }).client_token);
});
afterAll(() => server.dynamo.close());

const PATHS = [
  ["secret", "secret2", "secret-old", "secretive", "secretive2", "other"].flatMap((mount) =>
    ["", "/", "/x", "/private/x", "/shared/x"].map((below) => `${mount}${below}`),
  ),
  ["userpass", "userpass2"].map((mount) => `auth/${mount}/users/x`),
].flat();

const capabilities = async () => {
  const { data } = await server.call("POST", "sys/capabilities-self", { token, body: { paths: PATHS } });
  return Object.fromEntries(PATHS.map((path) => [path, data[path]]));
};

it("V28: capabilities are the same before and after mounts with longer names", async () => {
  const before = await capabilities();
  for (const at of ["secret2", "secret-old", "secretive", "secretive2"]) {
    expect((await server.call("POST", `sys/mounts/${at}`, { body: { type: "kv" } })).status).toBe(204);
  }
  for (const at of ["userpass", "userpass2"]) {
    expect((await server.call("POST", `sys/auth/${at}`, { body: { type: "userpass" } })).status).toBe(204);
  }

  expect(await capabilities()).toEqual(before);
  expect(before).toMatchObject({
    "secret/x": ["create", "read", "update"],
    "secret/private/x": ["deny"],
    "secret2/x": ["deny"],
    "secret2/shared/x": ["list"],
    "secretive2/x": ["read"],
    "auth/userpass/users/x": ["update"],
    "auth/userpass2/users/x": ["deny"],
  });
});

it("V28: requests are judged so as well, with the mounts in place", async () => {
  const status = async (method: string, path: string) =>
    (await server.call(method, path, { token, ...(method === "POST" ? { body: { a: "b" } } : {}) })).status;

  expect([
    await status("POST", "secret/x"),
    await status("POST", "secret2/x"),
    await status("POST", "secret-old/x"),
    await status("GET", "secret2/x"),
    await status("GET", "secretive2/x"),
    await status("GET", "secret/private/x"),
    await status("POST", "auth/userpass2/users/x"),
  ]).toEqual([204, 403, 403, 403, 404, 403, 403]);
});
