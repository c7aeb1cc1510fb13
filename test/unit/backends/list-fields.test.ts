import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../support/make-server.ts";

/**
 * What a list field makes of its entries, per field as Vault does: all are trimmed, most keep the order they were sent
 * in, and names of policies are folded, sorted and held once where they are names and no more.
 */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  for (const type of ["approle", "userpass"]) await server.call("POST", `sys/auth/${type}`, { body: { type } });
  for (const type of ["database", "kv"]) await server.call("POST", `sys/mounts/${type}`, { body: { type } });
});
afterAll(() => server.dynamo.close());

const LIST = ["Zeta", " beta ", "alpha", "Beta", "", "alpha"];
const TEXT = "Zeta, beta ,alpha,Beta,,alpha";
const AS_SENT = ["Zeta", "beta", "alpha", "Beta", "", "alpha"];
const NAMES = ["alpha", "beta", "zeta"];
const RANGES = ["10.1.0.0/16", "10.0.0.0/8"];

const DATABASE = {
  plugin_name: "postgresql-database-plugin",
  verify_connection: false,
  connection_url: "postgres://h/d",
};

const FIELDS: readonly (readonly [string, string, object, readonly string[]])[] = [
  ["auth/token/roles/r", "allowed_policies", {}, NAMES],
  ["auth/token/roles/r", "disallowed_policies", {}, NAMES],
  ["auth/token/roles/r", "allowed_policies_glob", {}, NAMES],
  ["auth/token/roles/r", "disallowed_policies_glob", {}, NAMES],
  ["auth/token/roles/r", "allowed_entity_aliases", {}, NAMES],
  ["auth/approle/role/r", "policies", {}, NAMES],
  ["auth/approle/role/r", "token_policies", {}, AS_SENT],
  ["auth/userpass/users/u", "policies", { password: "x" }, NAMES],
  ["auth/userpass/users/u", "token_policies", { password: "x" }, AS_SENT],
  ["identity/entity/name/e", "policies", {}, NAMES],
  ["identity/group/name/g", "policies", {}, NAMES],
  ["database/config/d", "allowed_roles", DATABASE, AS_SENT],
  ["sys/mounts/kv/tune", "audit_non_hmac_request_keys", {}, AS_SENT],
  ["sys/mounts/kv/tune", "passthrough_request_headers", {}, AS_SENT],
];

describe.each(FIELDS)("%s %s", (path, field, rest, kept) => {
  it.each([
    ["a list", LIST],
    ["text with commas", TEXT],
  ])("of %s reads back as Vault keeps it", async (_how, value) => {
    const written = await server.call("POST", path, { body: { ...rest, [field]: value } });
    expect(written.status).toBeLessThan(300);
    expect((await server.call("GET", path)).data[field]).toEqual(kept);
  });
});

it.each([
  ["auth/token/roles/c", "token_bound_cidrs", {}],
  ["auth/approle/role/c", "token_bound_cidrs", {}],
  ["auth/approle/role/c", "secret_id_bound_cidrs", {}],
  ["auth/userpass/users/c", "token_bound_cidrs", { password: "x" }],
])("%s %s keeps the order of addresses", async (path, field, rest) => {
  await server.call("POST", path, { body: { ...rest, [field]: RANGES } });
  expect((await server.call("GET", path)).data[field]).toEqual(RANGES);
});

it("statements are trimmed and never split at commas", async () => {
  const body = { db_name: "d", creation_statements: [" GRANT a, b TO c "] };
  await server.call("POST", "database/roles/s", { body });
  expect((await server.call("GET", "database/roles/s")).data["creation_statements"]).toEqual(["GRANT a, b TO c"]);
});

it("a token role in any spelling takes policies and aliases in any other", async () => {
  const body = { allowed_policies: "DEFAULT, App", allowed_entity_aliases: "Ann*" };
  await server.call("POST", "auth/token/roles/spelled", { body });
  const make = (more: object) => server.call("POST", "auth/token/create/spelled", { body: more });
  expect((await make({ policies: ["APP"], entity_alias: "ANNA" })).status).toBe(200);
  expect((await make({ policies: ["other"] })).status).toBe(400);
  expect((await make({ entity_alias: "bob" })).status).toBe(400);
});

describe("key-value fields", () => {
  const metaOf = async (meta: unknown) => {
    const made = await server.call("POST", "auth/token/create", { body: { meta } });
    return made.status === 200 ? (made.body["auth"] as { metadata: unknown }).metadata : made.text;
  };

  it.each([
    [["a=b", "c=d=e"], { a: "b", c: "d=e" }],
    ["a=b", { a: "b" }],
    [
      { a: "b", n: 1, t: true },
      { a: "b", n: "1", t: "1" },
    ],
    [[{ a: "b" }, { c: "d" }], { a: "b", c: "d" }],
    [["a="], { a: "" }],
  ])("of a token read %j", async (given, kept) => {
    expect(await metaOf(given)).toEqual(kept);
  });

  it.each([[["ab"]], ["ab"], [["=b"]], [[["a=b"]]]])("of a token refuse %j", async (given) => {
    expect(await metaOf(given)).toContain('error converting input for field \\"meta\\"');
  });

  it.each([
    ["identity/entity/name/m", "metadata"],
    ["identity/group/name/m", "metadata"],
  ])("of %s read lists of pairs", async (path, field) => {
    await server.call("POST", path, { body: { [field]: ["a=b", "c=d=e"] } });
    expect((await server.call("GET", path)).data[field]).toEqual({ a: "b", c: "d=e" });
  });
});
