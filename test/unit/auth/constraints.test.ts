import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Answered, makeServer, type TestServer } from "../../support/make-server.ts";

/** What binds a login or a token is never lost: not by an empty list, not at renewal, not at the end of a lifetime. */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  for (const type of ["approle", "userpass", "aws"]) await server.call("POST", `sys/auth/${type}`, { body: { type } });
});
afterAll(() => server.dynamo.close());

const INSIDE = "10.1.2.3";
const OUTSIDE = "192.0.2.1";
const auth = (answer: Answered) => answer.body["auth"] as { client_token: string; lease_duration: number };
const idsOf = async (role: string, body: object = {}) => {
  const { data } = await server.call("GET", `auth/approle/role/${role}/role-id`);
  const made = await server.call("POST", `auth/approle/role/${role}/secret-id`, { body });
  return { role_id: data["role_id"], secret_id: made.data["secret_id"] };
};
const login = (body: object, sourceAddress = INSIDE) =>
  server.call("POST", "auth/approle/login", { token: null, body, sourceAddress });

describe("V59 a list of constraints that says nothing", () => {
  const empty = [[""], null, "", " ", [" "], []];
  it.each(empty)("as %j never widens what bound an AWS role", async (given) => {
    const path = "auth/aws/role/bound";
    const bound = ["arn:aws:iam::111111111111:role/app"];
    await server.call("POST", path, { body: { bound_iam_principal_arn: bound, resolve_aws_unique_ids: false } });
    const answer = await server.call("POST", path, { body: { bound_iam_principal_arn: given } });

    expect(answer.status).toBe(400);
    expect((await server.call("GET", path)).data["bound_iam_principal_arn"]).toEqual(bound);
  });

  it.each([
    [[["10.0.0.0/8", ""]], ["10.0.0.0/8"]],
    [[["", " 10.0.0.0/8 "]], ["10.0.0.0/8"]],
    [[[""]], []],
    [[" "], []],
  ] as const)(
    "among addresses, as %j, takes none of the others away, and reads back as what is enforced",
    async (given, kept) => {
      for (const [path, name] of [
        ["auth/approle/role/v59", "token_bound_cidrs"],
        ["auth/userpass/users/v59", "token_bound_cidrs"],
        ["auth/token/roles/v59", "token_bound_cidrs"],
      ] as const) {
        await server.call("POST", path, { body: { [name]: given[0], password: "p" } });
        expect((await server.call("GET", path)).data[name] ?? []).toEqual(kept);
      }
    },
  );
});

describe("S29 addresses", () => {
  it("bind a token's use, its renewal and what it wraps", async () => {
    await server.call("POST", "auth/approle/role/s29", { body: { token_bound_cidrs: "10.0.0.0/8", token_ttl: "1h" } });
    const ids = await idsOf("s29");
    const token = auth(await login(ids)).client_token;
    for (const [method, path] of [
      ["POST", "auth/token/renew-self"],
      ["GET", "auth/token/lookup-self"],
      ["POST", "sys/wrapping/wrap"],
    ] as const) {
      const from = (sourceAddress: string) =>
        server.call(method, path, { token, body: { a: 1 }, sourceAddress, headers: { "X-Vault-Wrap-TTL": "60" } });
      expect((await from(OUTSIDE)).status).toBe(403);
      expect((await from(INSIDE)).status).toBe(200);
    }
  });

  it("bind the use of a secret id, and a refused one spends no use", async () => {
    await server.call("POST", "auth/approle/role/s29s", { body: { secret_id_bound_cidrs: "10.0.0.0/8" } });
    const ids = await idsOf("s29s", { num_uses: 1, cidr_list: ["10.1.0.0/16"] });
    expect((await login(ids, OUTSIDE)).status).toBeGreaterThanOrEqual(400);
    expect((await login(ids, "10.2.0.1")).status).toBeGreaterThanOrEqual(400);
    expect((await login(ids)).status).toBe(200);
    expect((await login(ids)).status).toBe(400);
  });
});

describe("V51 renewal near the longest lifetime", () => {
  const kinds: readonly (readonly [string, () => Promise<string>])[] = [
    [
      "token_max_ttl of a role",
      async () => {
        await server.call("POST", "auth/approle/role/v51", { body: { token_ttl: 600, token_max_ttl: 600 } });
        return auth(await login(await idsOf("v51"))).client_token;
      },
    ],
    [
      "explicit_max_ttl of a token",
      async () =>
        auth(
          await server.call("POST", "auth/token/create", {
            body: { ttl: 600, explicit_max_ttl: 600, policies: ["default"] },
          }),
        ).client_token,
    ],
    [
      "explicit_max_ttl with a period",
      async () =>
        auth(
          await server.call("POST", "auth/token/create", {
            body: { period: 600, explicit_max_ttl: 600, policies: ["default"] },
          }),
        ).client_token,
    ],
    [
      "token_explicit_max_ttl of a role",
      async () => {
        await server.call("POST", "auth/approle/role/v51e", { body: { token_ttl: 600, token_explicit_max_ttl: 600 } });
        return auth(await login(await idsOf("v51e"))).client_token;
      },
    ],
  ];

  it.each(kinds)("never goes beyond %s", async (_, make) => {
    for (const before of [2000, 1000, 1, 0, -1]) {
      const token = await make();
      server.clock.advance(600_000 - before);
      const renewed = await server.call("POST", "auth/token/renew-self", { token, body: { increment: "24h" } });
      if (renewed.status === 200)
        expect(auth(renewed).lease_duration * 1000).toBeLessThanOrEqual(Math.max(before, 0) + 999);
      server.clock.advance(Math.max(before, 0) + 1000);
      expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
    }
  });
});

it("C22 equal custom secret ids of two roles look unlike each other in the raw table", async () => {
  const rows = async () => {
    const { Items = [] } = await server.dynamodb.send(new ScanCommand({ TableName: "zeroth-test" }));
    return Items.map((item) => ({
      key: `${item["pk"]?.S} ${item["sk"]?.S}`,
      body: Buffer.from(item["v"]?.B ?? []).toString("base64"),
    }));
  };
  const before = new Set((await rows()).map(({ key }) => key));
  for (const role of ["c22a", "c22b"]) {
    await server.call("POST", `auth/approle/role/${role}`, { body: {} });
    await server.call("POST", `auth/approle/role/${role}/custom-secret-id`, { body: { secret_id: "the-same-secret" } });
  }
  const made = (await rows()).filter(({ key }) => !before.has(key) && key.startsWith("data#"));
  const lasts = made.map(({ key }) => key.split("/").at(-1));

  expect(made.length).toBeGreaterThanOrEqual(6);
  expect(new Set(lasts).size).toBe(lasts.length);
  expect(new Set(made.map(({ body }) => body)).size).toBe(made.length);
  expect(JSON.stringify(made)).not.toContain("the-same-secret");
});
