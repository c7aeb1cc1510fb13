import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** C25: the hash of a value as it appears in the log, for those with the right to this path only. */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  await server.call("PUT", "sys/audit/extra", { body: { type: "file", options: { file_path: "stdout" } } });
});
afterAll(() => server.dynamo.close());

const tokenWith = async (capabilities: readonly string[]): Promise<string> => {
  const name = capabilities.join("-");
  const policy = `path "sys/audit-hash/*" { capabilities = ${JSON.stringify(capabilities)} }`;
  await server.call("PUT", `sys/policies/acl/${name}`, { body: { policy } });
  const made = await server.call("POST", "auth/token/create", { body: { policies: [name] } });
  return String((made.body["auth"] as { client_token: string }).client_token);
};
const ask = (token: string, input = "guess") => server.call("POST", "sys/audit-hash/extra", { token, body: { input } });

it("C25: needs the right to the path, as in Vault, and nothing less", async () => {
  const reader = await ask(await tokenWith(["read", "list"]));
  const updater = await ask(await tokenWith(["update"]));

  expect([reader.status, updater.status]).toEqual([403, 200]);
});

it("C25: is the same for the same value, and another for every other and every device", async () => {
  const root = server.root;
  await server.call("PUT", "sys/audit/second", { body: { type: "file", options: { file_path: "stdout" } } });
  const [one, again, other] = [await ask(root), await ask(root), await ask(root, "guess2")];
  const elsewhere = await server.call("POST", "sys/audit-hash/second", { body: { input: "guess" } });

  expect(one.data["hash"]).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
  expect(again.data["hash"]).toBe(one.data["hash"]);
  expect(new Set([one, other, elsewhere].map(({ data }) => data["hash"])).size).toBe(3);
});

it("C25: finds a value of any kind of leaf in the log", async () => {
  await server.call("POST", "sys/mounts/s", { body: { type: "kv" } });
  await server.call("POST", "s/a", { body: { text: "c25-leaf", number: 815, list: ["c25-inner"] } });
  const log = server.auditLines.join("\n");

  for (const input of ["c25-leaf", "815", "c25-inner"]) {
    const { data } = await ask(server.root, input);
    expect([input, log.includes(String(data["hash"]))]).toEqual([input, true]);
  }
});
